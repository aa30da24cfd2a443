"""The client, against a real server."""

from http import HTTPStatus

import pytest

from serving.client.client import Client
from serving.client.errors import ProblemError
from serving.store.decision_rows import NewDecision
from tests.serving.bundles import blank, signature
from tests.serving.running import Running


def images(writer: int, count: int = 3) -> list[bytes]:
    return [signature(writer, number) for number in range(count)]


def test_a_person_is_enrolled_verified_identified_and_deleted(client: Client) -> None:
    ada = client.enrol("Ada", [*images(1), blank()], external_id="A-1", consent="in writing")
    assert (ada["name"], ada["external_id"], ada["consent"]) == ("Ada", "A-1", "in writing")
    assert len(ada["references"]) == 3
    assert [one["index"] for one in ada["rejected"]] == [3]
    assert len(client.add_references(ada["id"], [signature(1, 7)])["references"]) == 4
    answer = client.verify(signature(1, 9), ada["id"], policy="equal_error")
    assert (answer["decision"], answer["policy"]) == ("accept", "equal_error")
    assert answer["evidence"] is not None
    assert answer["evidence"]["references"] == 4
    assert client.verify(signature(2, 9), ada["id"])["decision"] == "reject"
    found = client.identify(signature(1, 9), limit=1)
    assert found["person"] == {"id": ada["id"], "name": "Ada"}
    assert len(found["candidates"]) == 1
    assert client.identify(signature(1, 9), largest_distance=0.0)["reason"] == "too_far"
    assert client.person(ada["id"])["name"] == "Ada"
    assert client.delete(ada["id"]) is None  # type: ignore[func-returns-value]
    with pytest.raises(ProblemError) as refused:
        client.person(ada["id"])
    assert refused.value.status == 404


def test_a_claim_may_bring_its_references(client: Client) -> None:
    assert client.verify(signature(3, 9), references=images(3))["decision"] == "accept"


def test_people_and_decisions_are_read_page_after_page(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("serving.client.client.PAGE", 2)
    for writer in range(20, 25):
        client.enrol(f"page {writer}", images(writer, 1))
    names = [person["name"] for person in client.people("page ")]
    assert names == [f"page {writer}" for writer in range(20, 25)]
    sent = [client.verify(signature(3, 9), references=images(3, 1)) for _ in range(3)]
    kept = [decision["id"] for decision in client.decisions()]
    assert kept[-3:] == [answer["decision_id"] for answer in sent]


def test_a_decision_that_was_left_open_is_reviewed(client: Client, running: Running) -> None:
    service = running.service
    name, version = service.model.space, service.model.version
    left_open = service.store.decisions.add(
        NewDecision("verify", "review", name, version, llr=0.1, needs_review=True)
    )
    assert left_open in [decision["id"] for decision in client.decisions("review")]
    reviewed = client.review(left_open, "reject", "not hers")
    assert (reviewed["reviewed_as"], reviewed["note"]) == ("reject", "not hers")
    assert left_open not in [decision["id"] for decision in client.decisions("review")]


def test_the_same_enrolment_twice_by_one_key_enrols_once(client: Client) -> None:
    first = client.enrol("Bob", images(4), once_key="bob-1")
    again = client.enrol("Bob", images(4), once_key="bob-1")
    assert again == first
    with pytest.raises(ProblemError, match="Conflict") as refused:
        client.enrol("Bob", images(5))
    assert (refused.value.status, refused.value.kind) == (409, "taken")


def test_the_model_is_described(client: Client) -> None:
    assert client.model()["policies"] == ["equal_error", "far_1pct", "review"]


def test_a_refusal_tells_its_title_its_reason_and_the_faulty_parts(client: Client) -> None:
    with pytest.raises(ProblemError) as refused:
        client.verify(blank(), references=images(1))
    problem = refused.value
    assert (problem.title, problem.kind) == (HTTPStatus(422).phrase, "image-refused")
    assert str(problem).startswith(f"{problem.title}: image: ")
    assert [fault["field"] for fault in problem.faults] == ["image"]
    assert problem.request_id


def test_a_key_may_what_its_role_says(running: Running) -> None:
    with pytest.raises(ProblemError) as refused:
        list(running.client("verifier").people())
    assert refused.value.kind == "forbidden"
    with pytest.raises(ProblemError) as refused:
        Client(running.address, "wrong").model()
    assert refused.value.status == 401
