"""The audit over HTTP."""

from starlette.testclient import TestClient

from tests.serving.api.clients import enrol, probe


def test_who_did_what_is_listed_the_newest_first_in_pages_without_names(admin: TestClient) -> None:
    person = enrol(admin, 1, name="Ada")
    admin.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
    first = admin.get("/v1/audit", params={"limit": 1})
    rest = admin.get("/v1/audit", params={"cursor": first.json()["next"]})
    lines = [*first.json()["items"], *rest.json()["items"]]
    assert [line["action"] for line in lines] == ["verify", "enrol"]
    assert [line["person_id"] for line in lines] == [person["id"]] * 2
    assert lines[0]["outcome"] == "accept"
    assert rest.json()["next"] is None
    assert "Ada" not in first.text + rest.text


def test_a_cursor_that_is_none_is_unknown(admin: TestClient) -> None:
    assert admin.get("/v1/audit", params={"cursor": "x"}).status_code == 404
