"""Backups: of either database, restored into either, while others use it."""

import stat
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from serving.store import backup
from serving.store.store import open_store
from tests.serving.store.examples import KEY, SPACE, doubtful, enrol, picture


def test_what_was_backed_up_is_restored_into_either_database(url: str, tmp_path: Path) -> None:
    store = open_store(url, KEY, keep_images=True)
    ada, ben = enrol(store, "Ada", 1, 2), enrol(store, "Ben", 3)
    store.decisions.add(doubtful(ada.id))
    plain = store.keys.create("desk", "admin").plain
    store.audit.append("key", "enrol", ada.id, "created")
    file = tmp_path / "backups" / "one.db"
    backup.backup(store.database, file)
    assert [path.name for path in file.parent.iterdir()] == ["one.db"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    for part in (picture(1)[100:116], b"Ada"):
        assert part not in file.read_bytes()
    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}", KEY)
    backup.restore(copy.database, file)
    copy.close()
    copy = open_store(f"sqlite:///{tmp_path / 'copy.db'}", KEY)
    assert copy.people.search().items == [ada, ben]
    assert copy.audit.verify() is None
    assert copy.keys.check(plain) is not None
    assert len(copy.decisions.review_queue().items) == 1
    again = tmp_path / "two.db"
    backup.backup(copy.database, again)
    store.people.delete(ben.id)
    backup.restore(store.database, again, replace=True)
    assert store.people.search().items == [ada, ben]
    copy.close()
    store.close()


def test_galleries_that_run_take_a_restored_backup_in(url: str, tmp_path: Path) -> None:
    store = open_store(url, KEY)
    ada, ben = enrol(store, "Ada", 1), enrol(store, "Ben", 2)
    backup.backup(store.database, tmp_path / "one.db")
    store.people.delete(ada.id)
    cy = enrol(store, "Cy", 3)
    since = store.people.changes(0, SPACE).revision
    backup.restore(store.database, tmp_path / "one.db", replace=True)
    changes = store.people.changes(since, SPACE)
    assert set(changes.present) == {ada.id, ben.id}
    assert changes.absent == [cy.id]
    store.close()


def test_people_are_not_replaced_unasked(url: str, tmp_path: Path) -> None:
    store = open_store(url, KEY)
    backup.backup(store.database, tmp_path / "one.db")
    person = enrol(store, "Ada", 1)
    with pytest.raises(InputError, match="holds 1 people; --replace"):
        backup.restore(store.database, tmp_path / "one.db")
    assert store.people.get(person.id) == person
    store.close()


def test_what_is_no_backup_is_refused(url: str, tmp_path: Path) -> None:
    store = open_store(url, KEY)
    person = enrol(store, "Ada", 1)
    (tmp_path / "text.db").write_bytes(b"no backup" * 1000)
    (tmp_path / "empty.db").touch()
    for name, reason in {
        "missing.db": "no such file",
        "text.db": "no SQLite database",
        "empty.db": "of another version",
    }.items():
        with pytest.raises(InputError, match=reason):
            backup.restore(store.database, tmp_path / name, replace=True)
    assert store.people.get(person.id) == person
    store.close()
