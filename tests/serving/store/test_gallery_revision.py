"""The gallery's revision: raised by every change of people, by nothing else, in order."""

import threading

from serving.store.gallery_revision import raise_revision
from serving.store.store import Store
from tests.serving.store.examples import SPACE, doubtful, enrol, new_reference


def test_every_change_of_people_raises_it_and_nothing_else_does(store: Store) -> None:
    seen = [store.people.revision()]

    def raised() -> bool:
        seen.append(store.people.revision())
        return seen[-1] > seen[-2]

    person = enrol(store, "Ada", 1)
    assert raised()
    store.people.add_references(person.id, [new_reference(2)])
    assert raised()
    store.people.update(person.id, 2, name="Ada B.")
    assert raised()
    store.people.remove_reference(person.id, person.references[0].id)
    assert raised()
    store.people.delete(person.id)
    assert raised()
    store.decisions.add(doubtful(None))
    store.keys.create("desk", "admin")
    store.audit.append(None, "x", None, "y")
    store.people.search()
    store.people.changes(0, SPACE)
    assert not raised()


def test_each_of_many_at_once_has_a_revision_of_its_own(store: Store) -> None:
    revisions: list[int] = []

    def change() -> None:
        for _ in range(5):
            with store.database.writing() as session:
                revisions.append(raise_revision(session, store.vault))

    threads = [threading.Thread(target=change) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(revisions) == list(range(1, 21))
