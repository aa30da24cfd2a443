"""Two processes' stores on one database see each other's changes."""

from serving.store.store import open_store
from tests.serving.store.examples import KEY, enrol


def test_what_one_changes_the_other_sees(url: str) -> None:
    here, there = open_store(url, KEY), open_store(url, KEY, upgrade=False)
    person = enrol(here, "Ada", 1)
    assert there.people.get(person.id) == person
    changed = there.people.update(person.id, 1, name="Ada B.")
    assert here.people.get(person.id) == changed
    there.people.delete(person.id)
    assert here.people.count() == 0
    here.close()
    there.close()
