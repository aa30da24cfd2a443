"""Requests with an Idempotency-Key."""

from typing import Any

from starlette.testclient import TestClient

from serving.api.service import Service
from serving.store.decision_rows import NewDecision
from tests.serving.api.clients import enrol, files
from tests.serving.bundles import blank, signature


class Request:
    """A request and the parts of its body."""

    def __init__(self, method: str, url: str, **body: Any) -> None:
        self.method, self.url, self.body = method, url, body


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


def test_every_change_that_comes_again_is_answered_as_it_was(
    admin: TestClient, service: Service
) -> None:
    """As the client does whose answer was lost."""
    path = f"/v1/people/{enrol(admin, 1, 2)['id']}"
    reference = admin.get(path).json()["references"][0]["id"]
    waiting = NewDecision("verify", "review", service.model.space, "v1", needs_review=True)
    decision = service.store.decisions.add(waiting)
    requests = [
        Request("POST", "/v1/people", data={"name": "B"}, files=files("images", [signature(2, 0)])),
        Request("POST", f"/v1/decisions/{decision}", json={"decision": "accept"}),
        Request("DELETE", f"{path}/references/{reference}"),
        Request("DELETE", path),
    ]
    for number, asked in enumerate(requests):
        lines = len(service.store.audit.list().items)
        answers = []
        for _ in range(2):
            headers = {"Idempotency-Key": str(number)}
            answers.append(admin.request(asked.method, asked.url, headers=headers, **asked.body))
        first, second = answers
        assert first.is_success
        assert (second.status_code, second.content) == (first.status_code, first.content)
        assert len(service.store.audit.list().items) == lines + 1


def test_a_change_whose_line_of_the_audit_cannot_be_written_is_not_made(
    admin: TestClient, service: Service
) -> None:
    person = enrol(admin, 1, 1)
    with service.store.database.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE audit RENAME TO elsewhere")
    server = TestClient(admin.app, base_url="http://localhost", raise_server_exceptions=False)
    server.headers.update(admin.headers)
    path = f"/v1/people/{person['id']}"
    images = files("images", [signature(2, 0)])
    headers = {"Idempotency-Key": "k"}
    refused = [
        server.post("/v1/people", data={"name": "B"}, files=images, headers=headers),
        server.post(f"{path}/references", files=images, headers=headers),
        server.patch(path, json={"name": "C"}, headers={"If-Match": "*"}),
        server.delete(path),
    ]
    assert [answer.status_code for answer in refused] == [500] * 4
    with service.store.database.connection() as connection:
        connection.exec_driver_sql("ALTER TABLE elsewhere RENAME TO audit")
    [kept] = service.store.people.search().items
    assert (kept.id, kept.name, len(kept.references)) == (person["id"], "writer 1", 1)
    again = server.post("/v1/people", data={"name": "B"}, files=images, headers=headers)
    assert again.status_code == 201


def test_a_key_that_cannot_be_one_is_refused(admin: TestClient) -> None:
    for key in ("", "x" * 201):
        images = files("images", [signature(1, 0)])
        answer = admin.post(
            "/v1/people", data={"name": "A"}, files=images, headers={"Idempotency-Key": key}
        )
        assert answer.status_code == 422
