"""Identification over HTTP."""

import pytest
from starlette.testclient import TestClient

from serving.api.service import Service
from tests.serving.api.clients import Clients, enrol, probe


def test_the_writer_is_found_among_everybody(admin: TestClient) -> None:
    people = [enrol(admin, writer) for writer in range(1, 5)]
    answer = admin.post("/v1/identify", files=probe(3)).json()
    assert (answer["reason"], answer["person"]["id"]) == ("accepted", people[2]["id"])
    assert answer["person"]["name"] == "writer 3"
    assert answer["candidates"][0]["id"] == people[2]["id"]
    assert answer["enrolled"] == 4
    assert answer["gap"] > 0


def test_nobody_is_an_answer(admin: TestClient) -> None:
    empty = admin.post("/v1/identify", files=probe(3)).json()
    assert (empty["reason"], empty["person"], empty["candidates"]) == ("nobody_enrolled", None, [])
    for writer in (1, 2):
        enrol(admin, writer)
    stranger = admin.post("/v1/identify", files=probe(9)).json()
    assert stranger["person"] is None
    assert len(stranger["candidates"]) == 2


def test_the_limits_of_the_request_count_beside_the_policy(admin: TestClient) -> None:
    for writer in (1, 2):
        enrol(admin, writer)
    near = admin.post("/v1/identify", files=probe(1), data={"largest_distance": "0"}).json()
    assert (near["reason"], near["person"], near["largest_distance"]) == ("too_far", None, 0)
    gap = admin.post("/v1/identify", files=probe(1), data={"smallest_gap": "10"}).json()
    assert (gap["reason"], gap["person"]) == ("too_close_to_second", None)


@pytest.mark.parametrize("name", ["largest_distance", "smallest_gap", "limit"])
@pytest.mark.parametrize("value", ["NaN", "1e400", "-1", "inf", "False", "", "0x1", "[1]"])
def test_s13_a_number_is_a_number(admin: TestClient, name: str, value: str) -> None:
    """S13: there is no boolean in any request, and `False` is no number."""
    answer = admin.post("/v1/identify", files=probe(1), data={name: value})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == name


def test_s13_json_takes_texts_for_texts_alone(admin: TestClient) -> None:
    """S13."""
    path = f"/v1/people/{enrol(admin, 1)['id']}"
    for value in (1, True, ["A"]):
        answer = admin.patch(path, json={"name": value}, headers={"If-Match": "*"})
        assert answer.status_code == 422


def test_a_verifier_may_not_search(clients: Clients) -> None:
    assert clients.of("verifier").post("/v1/identify", files=probe(1)).status_code == 403


def test_who_is_deleted_is_found_no_more(admin: TestClient, service: Service) -> None:
    person = enrol(admin, 1)
    assert admin.post("/v1/identify", files=probe(1)).json()["enrolled"] == 1
    admin.delete(f"/v1/people/{person['id']}")
    assert admin.post("/v1/identify", files=probe(1)).json()["reason"] == "nobody_enrolled"
    assert len(service.store.decisions.list().items) == 2
