"""References of a person over HTTP."""

from starlette.testclient import TestClient

from tests.serving.api.clients import enrol, files
from tests.serving.bundles import blank, signature


def test_references_come_and_go_but_the_last_one_stays(admin: TestClient) -> None:
    path = f"/v1/people/{enrol(admin, 1, 1)['id']}"
    images = files("images", [signature(1, 5), blank()])
    added = admin.post(f"{path}/references", files=images)
    assert added.status_code == 201
    assert [each["index"] for each in added.json()["rejected"]] == [1]
    ids = [each["id"] for each in added.json()["references"]]
    first, second = ids
    assert admin.delete(f"{path}/references/{first}").status_code == 204
    assert admin.delete(f"{path}/references/{first}").status_code == 404
    assert admin.delete(f"{path}/references/{second}").status_code == 409
    left = admin.get(path).json()["references"]
    assert [each["id"] for each in left] == [second]


def test_nobody_gets_no_references(admin: TestClient) -> None:
    path = "/v1/people/00000000-0000-0000-0000-000000000000/references"
    assert admin.post(path, files=files("images", [signature(1, 0)])).status_code == 404
