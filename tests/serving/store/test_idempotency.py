"""Repeated requests get the first answer, and are carried out once."""

import threading
from datetime import UTC, datetime

import pytest

from serving.store.errors import InProgress, KeyReused
from serving.store.store import Store
from serving.store.tables import IdempotencyRow
from tests.serving.store.examples import enrol

ONE, TWO = bytes(32), bytes([1]) * 32


def test_a_second_request_gets_the_answer_of_the_first(store: Store) -> None:
    assert store.idempotency.claim("key", "a", ONE) is None
    store.idempotency.complete("key", "a", 201, b'{"id": 1}')
    assert store.idempotency.claim("key", "a", ONE) == (201, b'{"id": 1}')


def test_another_request_under_the_same_key_is_an_error(store: Store) -> None:
    store.idempotency.claim("key", "a", ONE)
    with pytest.raises(KeyReused):
        store.idempotency.claim("key", "a", TWO)
    store.idempotency.complete("key", "a", 201, b"x")
    with pytest.raises(KeyReused):
        store.idempotency.claim("key", "a", TWO)


def test_keys_of_two_callers_are_two_keys(store: Store) -> None:
    store.idempotency.claim("key", "a", ONE)
    assert store.idempotency.claim("other", "a", TWO) is None


def test_of_many_at_once_one_is_carried_out(store: Store) -> None:
    outcomes: list[str] = []

    def claim() -> None:
        try:
            outcomes.append(str(store.idempotency.claim("key", "a", ONE)))
        except InProgress:
            outcomes.append("in progress")

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["None"] + ["in progress"] * 7


def test_a_claim_that_was_given_up_or_expired_is_free(store: Store) -> None:
    store.idempotency.claim("key", "a", ONE)
    store.idempotency.release("key", "a")
    assert store.idempotency.claim("key", "a", TWO) is None
    with store.database.writing() as session:
        session.get_one(IdempotencyRow, ("key", "a")).expires = datetime.now(UTC)
    assert store.idempotency.claim("key", "a", ONE) is None


def test_an_answer_is_not_given_up(store: Store) -> None:
    store.idempotency.claim("key", "a", ONE)
    store.idempotency.complete("key", "a", 201, b"x")
    store.idempotency.release("key", "a")
    assert store.idempotency.claim("key", "a", ONE) == (201, b"x")


def test_the_answer_about_a_person_who_is_gone_by_now_is_not_stored(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    store.idempotency.claim("key", "a", ONE)
    store.people.delete(person.id)
    store.idempotency.complete("key", "a", 201, b"Ada", person.id)
    assert store.idempotency.claim("key", "a", ONE) is None
