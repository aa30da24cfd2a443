"""A change, its line of the audit and its answer are committed together, or not at all."""

import threading

import pytest

from serving.store.audit_chain import Words
from serving.store.errors import AlreadyDone
from serving.store.store import Store
from tests.serving.store.examples import SPACE, enrol, new_reference, repeatable


def enrol_once(store: Store, number: int = 1) -> bytes:
    """Enrols a person by a request that may come again, and returns the answer."""
    try:
        with store.transactions.begin(repeatable()) as transaction:
            person = store.people.create("Ada", [new_reference(number)], within=transaction)
            transaction.note(Words("desk", "enrol", person.id, "1 reference"))
            transaction.answer(201, person.id.encode(), person.id)
            return person.id.encode()
    except AlreadyDone as done:
        return done.body


def test_what_fails_at_its_end_leaves_nothing(store: Store) -> None:
    person = enrol(store, "Bob", 7, 8)
    with pytest.raises(OSError), store.transactions.begin(repeatable()) as transaction:
        store.people.create("Ada", [new_reference(1)], within=transaction)
        store.people.remove_reference(person.id, person.references[0].id, within=transaction)
        transaction.note(Words("desk", "enrol", None, "1 reference"))
        transaction.answer(201, b"x")
        raise OSError
    assert store.people.search().items == [person]
    assert store.audit.list().items == []
    assert store.transactions.answer_to(repeatable()) is None


def test_of_many_at_once_one_is_carried_out_and_all_have_its_answer(store: Store) -> None:
    answers: list[bytes] = []
    threads = [threading.Thread(target=lambda: answers.append(enrol_once(store))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [person] = store.people.search().items
    assert answers == [person.id.encode()] * 8
    assert len(store.audit.list().items) == 1
    assert store.audit.verify() is None


def test_a_change_sees_itself_before_it_is_committed(store: Store) -> None:
    with store.transactions.begin() as transaction:
        person = store.people.create("Ada", [new_reference(1)], within=transaction)
        [(reference_id, _)] = store.people.vectors(person.id, SPACE, transaction)
        assert store.people.search().items == []
    assert reference_id == person.references[0].id
