"""Rotation: the new key opens everything, the old one nothing, and nothing in between."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.store import rotation
from serving.store.errors import KeyChanged, SameImage, Taken
from serving.store.store import Store, open_store
from serving.store.tables import PersonRow
from tests.serving.store.examples import (
    KEY,
    OTHER_KEY,
    SPACE,
    doubtful,
    enrol,
    keep,
    picture,
    repeatable,
)


def fill(store: Store) -> dict[str, bytes]:
    """Fills a store and returns what it answers, by name."""
    ada = enrol(store, "Ada Weiß", 1, 2, external_id="C-7")
    enrol(store, "Ben", 3)
    decision_id = store.decisions.add(doubtful(ada.id))
    store.decisions.decide(decision_id, "accept", "known hand", "key")
    keep(store, repeatable("a:b"), b"answer", ada.id)
    store.audit.append("key", "enrol", ada.id, "created")
    return told(store)


def told(store: Store) -> dict[str, bytes]:
    answer = store.transactions.answer_to(repeatable("a:b"))
    people = store.people.search().items
    vectors = [store.people.vectors(person.id, SPACE) for person in people]
    decisions = store.decisions.list().items
    images = [store.decisions.image(each.id) for each in decisions]
    images += [store.people.image(each.id, each.references[0].id) for each in people]
    found = {
        "people": people,
        "vectors": [[row.tolist() for _, row in each] for each in vectors],
        "decisions": decisions,
        "images": images,
        "answer": answer,
        "audit": (store.audit.list().items, store.audit.verify()),
    }
    return {name: repr(value).encode() for name, value in found.items()}


def test_s19_everything_is_the_same_under_the_new_key(url: str) -> None:
    store = open_store(url, KEY, keep_images=True)
    before = fill(store)
    rotation.rotate(store.database, store.vault, OTHER_KEY)
    store.close()
    with pytest.raises(InputError, match="not the one of this database"):
        open_store(url, KEY)
    again = open_store(url, OTHER_KEY, keep_images=True)
    assert told(again) == before
    with pytest.raises(Taken):
        enrol(again, "ADA WEISS", 8)
    with pytest.raises(SameImage):
        enrol(again, "Cy", 3)
    again.close()


def test_a_service_with_the_former_key_writes_and_reads_nothing(url: str) -> None:
    running, other = open_store(url, KEY), open_store(url, KEY)
    person = enrol(running, "Ada", 1)
    rotation.rotate(other.database, other.vault, OTHER_KEY)
    for call in (
        lambda: enrol(running, "Ben", 2),
        lambda: running.people.get(person.id),
        lambda: running.people.delete(person.id),
        lambda: running.decisions.add(doubtful(None)),
        lambda: keep(running, repeatable(), b"x"),
        lambda: rotation.rotate(running.database, running.vault, bytes(32)),
    ):
        with pytest.raises(KeyChanged):
            call()
    running.close()
    other.close()
    again = open_store(url, OTHER_KEY)
    assert [each.name for each in again.people.search().items] == ["Ada"]
    again.close()


def test_a_plain_store_that_is_encrypted_leaves_nothing_plain_in_its_files(
    tmp_path: Path,
) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    store = open_store(url, keep_images=True)
    before = fill(store)
    assert (
        picture(1)[100:116]
        in (tmp_path / "a.db").read_bytes() + (tmp_path / "a.db-wal").read_bytes()
    )
    rotation.rotate(store.database, store.vault, KEY)
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        for part in (picture(1)[100:116], "Ada Weiß".encode(), b"known hand", b"C-7"):
            assert part not in content, path.name
    store.close()
    again = open_store(url, KEY, keep_images=True)
    assert told(again) == before
    again.close()


def test_a_damaged_cipher_stops_the_rotation_and_nothing_has_changed(url: str) -> None:
    store = open_store(url, KEY)
    ada, ben = enrol(store, "Ada", 1), enrol(store, "Ben", 2)
    with store.database.writing() as session:
        session.get_one(PersonRow, ben.id).name_cipher = bytes(40)
    with pytest.raises(KeyChanged):
        rotation.rotate(store.database, store.vault, OTHER_KEY)
    assert store.people.get(ada.id) == ada
    store.close()
    open_store(url, KEY).close()
