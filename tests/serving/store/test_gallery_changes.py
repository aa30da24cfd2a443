"""Changes: galleries that take them in are what the store holds, whoever changed what."""

import tempfile

import numpy as np
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from serving.store.store import Store, open_store
from tests.serving.store.examples import KEY, NEXT_SPACE, SPACE, enrol, new_reference


class Follower:
    """A gallery that knows the store by its changes alone."""

    def __init__(self) -> None:
        self.revision = 0
        self.people: dict[str, NDArray[np.float32]] = {}

    def follow(self, store: Store, space: str = SPACE) -> int:
        """Takes the changes in and returns how many people they name."""
        changes = store.people.changes(self.revision, space)
        self.people |= changes.present
        for person_id in changes.absent:
            self.people.pop(person_id, None)
        self.revision = changes.revision
        return len(changes.present) + len(changes.absent)


def truth(store: Store) -> dict[str, list[list[float]]]:
    people = store.people.search(limit=1000).items
    return {
        person.id: [vector.tolist() for _, vector in store.people.vectors(person.id, SPACE)]
        for person in people
    }


def held(follower: Follower) -> dict[str, list[list[float]]]:
    return {person_id: rows.tolist() for person_id, rows in follower.people.items()}


def test_only_what_changed_is_named(store: Store) -> None:
    ada, ben = enrol(store, "Ada", 1, 2), enrol(store, "Ben", 3)
    first = store.people.changes(0, SPACE)
    assert set(first.present) == {ada.id, ben.id}
    assert first.present[ada.id].shape == (2, 16)
    assert first.present[ada.id].dtype == np.float32
    assert store.people.changes(first.revision, SPACE) == (first.revision, {}, [])
    store.people.add_references(ben.id, [new_reference(4)])
    second = store.people.changes(first.revision, SPACE)
    assert set(second.present) == {ben.id}
    assert second.absent == []
    store.people.delete(ada.id)
    third = store.people.changes(second.revision, SPACE)
    assert (third.present, third.absent) == ({}, [ada.id])


def test_a_new_name_changes_no_gallery(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    before = store.people.changes(0, SPACE)
    store.people.update(person.id, 1, name="Ada B.")
    after = store.people.changes(before.revision, SPACE)
    assert after.revision > before.revision
    assert (after.present, after.absent) == ({}, [])


def test_people_without_references_in_the_space_are_absent(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    changes = store.people.changes(0, NEXT_SPACE)
    assert (changes.present, changes.absent) == ({}, [person.id])


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    actions=st.lists(
        st.tuples(
            st.sampled_from(["enrol", "add", "remove", "delete", "rename", "follow"]),
            st.integers(0, 5),
        ),
        max_size=25,
    )
)
def test_s15_followers_of_whatever_happens_hold_what_the_store_holds(
    actions: list[tuple[str, int]],
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        writer = open_store(f"sqlite:///{folder}/a.db", KEY)
        reader = open_store(f"sqlite:///{folder}/a.db", KEY)
        follower = Follower()
        for number, (action, which) in enumerate(actions):
            people = writer.people.search(limit=100).items
            person = people[which % len(people)] if people else None
            if action == "enrol":
                enrol(writer, f"P{number}", number)
            elif action == "follow":
                follower.follow(reader)
            elif person is None:
                continue
            elif action == "add":
                writer.people.add_references(person.id, [new_reference(number)])
            elif action == "rename":
                writer.people.update(person.id, person.revision, name=f"N{number}")
            elif action == "delete":
                writer.people.delete(person.id)
            elif len(person.references) > 1:
                writer.people.remove_reference(person.id, person.references[0].id)
        follower.follow(reader)
        assert held(follower) == truth(writer)
        assert follower.follow(reader) == 0
        writer.close()
        reader.close()
