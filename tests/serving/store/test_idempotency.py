"""Repeated requests get the first answer."""

from datetime import UTC, datetime

import pytest

from serving.store.errors import KeyReused
from serving.store.store import Store
from serving.store.tables import IdempotencyRow
from tests.serving.store.examples import keep, repeatable


def test_a_second_request_gets_the_answer_of_the_first(store: Store) -> None:
    assert store.transactions.answer_to(repeatable()) is None
    keep(store, repeatable(), b'{"id": 1}')
    assert store.transactions.answer_to(repeatable()) == (201, b'{"id": 1}')


def test_another_request_under_the_same_key_is_an_error(store: Store) -> None:
    keep(store, repeatable(), b"x")
    other = repeatable(of=bytes([1]) * 32)
    with pytest.raises(KeyReused):
        store.transactions.answer_to(other)
    with pytest.raises(KeyReused):
        keep(store, other, b"y")


def test_keys_of_two_callers_are_two_keys(store: Store) -> None:
    keep(store, repeatable(), b"x")
    assert store.transactions.answer_to(repeatable()._replace(key_id="other")) is None


def test_an_expired_answer_makes_place_for_another(store: Store) -> None:
    keep(store, repeatable(), b"x")
    with store.database.writing() as session:
        session.get_one(IdempotencyRow, ("desk", "a")).expires = datetime.now(UTC)
    assert store.transactions.answer_to(repeatable()) is None
    keep(store, repeatable(), b"y")
    assert store.transactions.answer_to(repeatable()) == (201, b"y")
