"""Deletion: all of a person goes, from the files too, and nothing of anybody else."""

from pathlib import Path

import numpy as np
import pytest

from serving.store.errors import Unknown
from serving.store.store import Store, open_store
from tests.serving.store.examples import (
    KEY,
    NEXT_SPACE,
    SPACE,
    doubtful,
    enrol,
    keep,
    new_reference,
    picture,
    repeatable,
)

NAME = "Adalbert Unmistakable-Surname"


def traces(folder: Path, parts: list[bytes]) -> list[str]:
    """Names the files of the database that hold one of these parts."""
    files = sorted(path for path in folder.iterdir() if path.is_file())
    return [path.name for path in files if any(part in path.read_bytes() for part in parts)]


def fill(store: Store, number: int) -> str:
    """Enrols a person with all that the store can hold of one."""
    person = enrol(store, f"{NAME} {number}", number, external_id=f"customer-{number}-id")
    reference_id = person.references[0].id
    vector = new_reference(number + 1000).vector
    store.spaces.add_vectors(NEXT_SPACE, "v2", {reference_id: vector})
    decision_id = store.decisions.add(doubtful(person.id, number + 2000))
    body = f"answer for {NAME} {number}".encode()
    keep(store, repeatable(f"request {number}"), body, person.id)
    assert decision_id
    return person.id


def parts_of(number: int) -> list[bytes]:
    """The parts of 16 random bytes or more that only this person's data hold."""
    vectors = [new_reference(each).vector.tobytes()[16:32] for each in (number, number + 1000)]
    images = [picture(each)[100:116] for each in (number, number + 2000)]
    return [*vectors, *images, f"{NAME} {number}".encode(), f"customer-{number}-id".encode()]


def test_s15_the_bytes_of_a_deleted_person_are_in_no_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", keep_images=True)
    ids = {number: fill(store, number) for number in (11, 12, 13)}
    for part in parts_of(12):
        assert traces(tmp_path, [part]), "without a key it would be found"
    store.people.delete(ids[12])
    assert traces(tmp_path, parts_of(12)) == []
    for number in (11, 13):
        for part in parts_of(number):
            assert traces(tmp_path, [part]), "of others nothing is gone"
    store.close()
    assert traces(tmp_path, parts_of(12)) == []


def test_the_bytes_of_a_removed_reference_are_in_no_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", keep_images=True)
    person = enrol(store, "Ada", 1, 2)
    parts = [picture(2)[100:116], new_reference(2).vector.tobytes()[16:32]]
    assert traces(tmp_path, parts)
    store.people.remove_reference(person.id, person.references[1].id)
    assert traces(tmp_path, parts) == []
    store.close()


def test_s19_with_a_key_nothing_personal_is_ever_in_a_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'store.db'}", KEY, keep_images=True)
    fill(store, 11)
    assert traces(tmp_path, [*parts_of(11), KEY]) == []
    store.close()
    assert traces(tmp_path, [*parts_of(11), KEY]) == []


def test_of_decisions_the_figures_stay_without_the_person(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    decision_id = store.decisions.add(doubtful(person.id))
    store.people.delete(person.id)
    decision = store.decisions.get(decision_id)
    assert (decision.person_id, decision.details, decision.note) == (None, None, None)
    assert not decision.has_image
    assert (decision.llr, decision.status) == (0.25, "final")
    assert store.decisions.review_queue().items == []


def test_a_stored_answer_goes_with_its_person(store: Store) -> None:
    person_id = fill(store, 5)
    store.people.delete(person_id)
    assert store.transactions.answer_to(repeatable("request 5")) is None


def test_a_deleted_person_is_unknown_and_leaves_the_name_and_the_image(store: Store) -> None:
    person = enrol(store, "Ada", 1, external_id="7")
    store.people.delete(person.id)
    for call in (
        lambda: store.people.get(person.id),
        lambda: store.people.delete(person.id),
        lambda: store.people.export(person.id),
        lambda: store.people.vectors(person.id, SPACE),
        lambda: store.people.add_references(person.id, [new_reference(2)]),
    ):
        with pytest.raises(Unknown):
            call()
    again = enrol(store, "Ada", 1, external_id="7")
    assert again.id != person.id
    assert np.array_equal(store.people.vectors(again.id, SPACE)[0][1], new_reference(1).vector)
