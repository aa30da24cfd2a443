"""Requests with an Idempotency-Key."""

from starlette.testclient import TestClient

from tests.serving.api.clients import enrol, files
from tests.serving.bundles import blank, signature


def test_a_request_that_was_refused_may_come_again(admin: TestClient) -> None:
    headers = {"Idempotency-Key": "k"}
    for image, status in ((blank(), 422), (signature(1, 0), 201)):
        answer = admin.post(
            "/v1/people", data={"name": "A"}, files=files("images", [image]), headers=headers
        )
        assert answer.status_code == status


def test_references_are_added_once(admin: TestClient) -> None:
    path = f"/v1/people/{enrol(admin, 1, 1)['id']}/references"
    for _ in range(2):
        images = files("images", [signature(1, 5)])
        answer = admin.post(path, files=images, headers={"Idempotency-Key": "k"})
        assert answer.status_code == 201
        assert len(answer.json()["references"]) == 2
    assert answer.headers["Location"] == path.removesuffix("/references")


def test_a_key_that_cannot_be_one_is_refused(admin: TestClient) -> None:
    for key in ("", "x" * 201):
        images = files("images", [signature(1, 0)])
        answer = admin.post(
            "/v1/people", data={"name": "A"}, files=images, headers={"Idempotency-Key": key}
        )
        assert answer.status_code == 422
