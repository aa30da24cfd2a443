"""Refusals in the form of RFC 9457."""

import json

from serving.api import problems
from serving.api.problems import Fault, Problem


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
