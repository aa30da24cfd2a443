"""Refusals in the form of RFC 9457."""

import json

from starlette.testclient import TestClient

from serving.api import problems
from serving.api.problems import Fault, Problem
from serving.api.service import Service
from serving.store import rotation
from tests.serving.api.clients import enrol, probe


def test_a_problem_is_told_in_the_form_of_the_standard() -> None:
    problem = Problem(422, "image: blank", "image-refused", [Fault(field="image", reason="blank")])
    answer = problems.response(problem, "this-one")
    assert answer.media_type == "application/problem+json"
    told = json.loads(bytes(answer.body))
    assert told.pop("title").startswith("Unprocessable")
    assert told == {
        "type": "urn:problem:image-refused",
        "status": 422,
        "detail": "image: blank",
        "instance": "this-one",
        "errors": [{"field": "image", "reason": "blank"}],
        "error": "image: blank",
    }


def test_who_must_wait_is_told_how_long() -> None:
    for problem in (problems.busy(3), problems.too_many(3, "")):
        answer = problems.response(problem, None)
        assert answer.headers["Retry-After"] == "3"
    assert problems.response(problems.busy(0), None).headers["Retry-After"] == "1"


def test_a_service_whose_key_was_changed_says_so_and_that_it_must_be_started_again(
    admin: TestClient, service: Service
) -> None:
    person = enrol(admin, 1)
    rotation.rotate(service.store.database, service.store.vault, bytes(range(32)))
    path = f"/v1/people/{person['id']}"
    server = TestClient(admin.app, base_url="http://localhost", raise_server_exceptions=False)
    server.headers.update(admin.headers)
    answers = [
        server.get(path),
        server.delete(path),
        server.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1)),
    ]
    for answer in answers:
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:problem:key-changed"
        assert "start it with the key" in answer.json()["detail"]
        assert answer.headers["Retry-After"] == "300"
