"""People over HTTP."""

import numpy as np
from starlette.testclient import TestClient

from tests.pictures import encode
from tests.serving.api.clients import Clients, enrol, files
from tests.serving.bundles import blank, signature


def test_an_enrolled_person_is_found_shown_and_changed(admin: TestClient) -> None:
    person = enrol(admin, 1, name="Ada")
    assert len(person["references"]) == 3
    assert person["rejected"] == []
    shown = admin.get(f"/v1/people/{person['id']}")
    assert shown.json()["name"] == "Ada"
    changed = admin.patch(
        f"/v1/people/{person['id']}",
        json={"name": "Ada Lovelace"},
        headers={"If-Match": shown.headers["ETag"]},
    )
    assert changed.status_code == 200, changed.text
    assert changed.headers["ETag"] != shown.headers["ETag"]
    found = admin.get("/v1/people", params={"query": "lovelace"}).json()
    assert [each["id"] for each in found["items"]] == [person["id"]]
    assert "vector" not in shown.text


def test_a_change_names_what_was_read(admin: TestClient) -> None:
    path = f"/v1/people/{enrol(admin, 1)['id']}"
    assert admin.patch(path, json={"name": "B"}).status_code == 428
    old = {"If-Match": '"77"'}
    assert admin.patch(path, json={"name": "B"}, headers=old).status_code == 412


def test_an_image_that_cannot_carry_a_decision_is_left_out_and_said(admin: TestClient) -> None:
    images = [signature(1, 0), blank(), signature(1, 1), b"no image"]
    answer = admin.post("/v1/people", data={"name": "A"}, files=files("images", images))
    assert answer.status_code == 201
    assert answer.headers["Location"] == f"/v1/people/{answer.json()['id']}"
    rejected = answer.json()["rejected"]
    assert [each["index"] for each in rejected] == [1, 3]
    assert "blank" in rejected[0]["reason"]


def test_a_dot_is_no_reference_and_the_clerk_reads_why(admin: TestClient) -> None:
    page = np.full((120, 260), 235, np.uint8)
    page[55:65, 100:160] = 40
    answer = admin.post("/v1/people", data={"name": "A"}, files=files("images", [encode(page)]))
    assert answer.status_code == 422
    assert "a dot or a short line is no signature" in answer.json()["detail"]


def test_a_reference_unlike_the_others_is_pointed_out_when_there_are_four(
    admin: TestClient,
) -> None:
    images = [signature(1, 0), signature(1, 1), signature(2, 0)]
    three = admin.post("/v1/people", data={"name": "A"}, files=files("images", images)).json()
    assert three["stray_reference"] is None
    path = f"/v1/people/{three['id']}"
    more = [signature(1, number) for number in (2, 3)]
    stray = three["references"][2]["id"]
    five = admin.post(f"{path}/references", files=files("images", more)).json()
    assert five["stray_reference"] == admin.get(path).json()["stray_reference"] == stray
    admin.delete(f"{path}/references/{stray}")
    assert admin.get(path).json()["stray_reference"] is None


def test_a_person_of_unusable_images_alone_is_refused_with_each_reason(admin: TestClient) -> None:
    answer = admin.post(
        "/v1/people", data={"name": "A"}, files=files("images", [blank(), b"no image"])
    )
    assert answer.status_code == 422
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert [each["field"] for each in answer.json()["errors"]] == ["images.0", "images.1"]
    assert admin.get("/v1/people").json()["items"] == []


def test_the_same_image_is_no_second_reference(admin: TestClient) -> None:
    enrol(admin, 1)
    images = [blank(), signature(1, 0)]
    answer = admin.post("/v1/people", data={"name": "other"}, files=files("images", images))
    assert answer.status_code == 409
    assert answer.json()["errors"][0]["field"] == "images.1"


def test_a_request_that_comes_twice_is_done_once(admin: TestClient) -> None:
    request = {"data": {"name": "A"}, "files": files("images", [signature(1, 0)])}
    headers = {"Idempotency-Key": "one"}
    first = admin.post("/v1/people", headers=headers, **request)  # type: ignore[arg-type]
    second = admin.post("/v1/people", headers=headers, **request)  # type: ignore[arg-type]
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json() == second.json()
    assert len(admin.get("/v1/people").json()["items"]) == 1
    other = {"data": {"name": "B"}, "files": files("images", [signature(2, 0)])}
    third = admin.post("/v1/people", headers=headers, **other)  # type: ignore[arg-type]
    assert third.status_code == 409


def test_s16_a_wide_delete_an_unknown_id_and_a_taken_name_change_nothing(
    admin: TestClient,
) -> None:
    """S16."""
    first, second = enrol(admin, 1, name="A"), enrol(admin, 2, name="B")
    refused = admin.delete("/v1/people")
    assert refused.status_code == 405
    assert refused.headers["Content-Type"] == "application/problem+json"
    unknown = "00000000-0000-0000-0000-000000000000"
    assert admin.delete(f"/v1/people/{unknown}").status_code == 404
    assert admin.get("/v1/people/../../etc").status_code == 404
    renamed = admin.patch(
        f"/v1/people/{second['id']}", json={"name": "A"}, headers={"If-Match": "*"}
    )
    assert renamed.status_code == 409
    people = admin.get("/v1/people").json()["items"]
    assert [each["id"] for each in people] == [first["id"], second["id"]]
    assert [each["name"] for each in people] == ["A", "B"]


def test_a_deleted_person_is_gone_and_the_export_holds_everything(
    admin: TestClient, clients: Clients
) -> None:
    person = enrol(admin, 1)
    path = f"/v1/people/{person['id']}"
    exported = admin.get(f"{path}/export")
    assert exported.content[:2] == b"PK"
    assert clients.of("operator").get(f"{path}/export").status_code == 403
    assert admin.delete(path).status_code == 204
    assert admin.get(path).status_code == 404
    assert admin.get(f"{path}/export").status_code == 404
    actions = [line.action for line in clients.service.store.audit.list().items]
    assert actions == ["delete", "export", "enrol"]


def test_pages_follow_each_other(admin: TestClient) -> None:
    people = [enrol(admin, writer, 1)["id"] for writer in range(3)]
    first = admin.get("/v1/people", params={"limit": 2}).json()
    second = admin.get("/v1/people", params={"limit": 2, "cursor": first["next"]}).json()
    assert [each["id"] for each in first["items"] + second["items"]] == people
    assert second["next"] is None
    assert admin.get("/v1/people", params={"cursor": "x"}).status_code == 404
