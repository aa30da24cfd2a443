"""Problems as the client tells them."""

from serving.client.errors import read_problem


def test_a_problem_tells_title_and_detail_and_an_answer_without_one_its_status() -> None:
    body = b'{"type": "urn:problem:busy", "title": "Service Unavailable", "detail": "later"}'
    problem = read_problem(503, body)
    assert str(problem) == "Service Unavailable: later"
    assert (problem.kind, problem.faults) == ("busy", [])
    for content in (b"<html>", b"", b"[1]"):
        assert str(read_problem(502, content)) == "status 502"
