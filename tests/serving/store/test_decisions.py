"""Decisions: kept with their picture until a person has looked at them."""

import threading

import pytest

from serving.store.errors import NotOpen, Unknown
from serving.store.store import Store
from tests.serving.store.examples import doubtful, enrol, picture


def test_a_decision_is_found_as_it_was_kept(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    decision = store.decisions.get(store.decisions.add(doubtful(person.id, 900)))
    assert (decision.kind, decision.outcome, decision.person_id) == ("verify", "review", person.id)
    assert (decision.llr, decision.distance, decision.gap) == (0.25, 0.5, None)
    assert decision.details == {"why": "between both limits"}
    assert (decision.status, decision.has_image) == ("review", True)
    assert store.decisions.image(decision.id) == (picture(900), "image/png")


def test_the_queue_has_those_that_wait_the_oldest_first(store: Store) -> None:
    ids = [store.decisions.add(doubtful(None, number)) for number in range(5)]
    store.decisions.decide(ids[1], "accept", None, "key")
    first = store.decisions.review_queue(limit=2)
    second = store.decisions.review_queue(limit=2, cursor=first.next)
    assert [each.id for each in first.items + second.items] == [ids[0], ids[2], ids[3], ids[4]]
    assert second.next is None
    assert len(store.decisions.list().items) == 5
    with pytest.raises(Unknown):
        store.decisions.review_queue(cursor="x")


def test_what_a_person_decides_is_kept_once(store: Store) -> None:
    decision_id = store.decisions.add(doubtful(None))
    decided = store.decisions.decide(decision_id, "reject", "shaky line", "key")
    assert (decided.status, decided.reviewed_as, decided.reviewed_by) == (
        "reviewed",
        "reject",
        "key",
    )
    assert (decided.outcome, decided.note) == ("review", "shaky line")
    assert decided.reviewed is not None
    with pytest.raises(NotOpen):
        store.decisions.decide(decision_id, "accept", None, "other")
    with pytest.raises(Unknown):
        store.decisions.decide("none", "accept", None, "key")
    assert store.decisions.get(decision_id) == decided


def test_of_two_reviewers_at_once_the_first_counts(store: Store) -> None:
    decision_id = store.decisions.add(doubtful(None))
    outcomes: list[str] = []

    def decide(outcome: str) -> None:
        try:
            store.decisions.decide(decision_id, outcome, None, outcome)
            outcomes.append(outcome)
        except NotOpen:
            outcomes.append("too late")

    threads = [threading.Thread(target=decide, args=(x,)) for x in ("accept", "reject")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    winner = store.decisions.get(decision_id).reviewed_as
    assert sorted(outcomes) == sorted(["too late", str(winner)])


def test_a_decision_about_a_person_who_is_gone_by_now_keeps_its_figures_alone(
    store: Store,
) -> None:
    decision = store.decisions.get(store.decisions.add(doubtful("gone by now")))
    assert (decision.person_id, decision.details, decision.has_image) == (None, None, False)
    assert (decision.status, decision.llr) == ("final", 0.25)
    assert store.decisions.image(decision.id) is None
