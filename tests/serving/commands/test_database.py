"""The database by the command line: upgraded, checked, backed up, restored, encrypted anew."""

import base64
from pathlib import Path

import pytest

from serving.store.store import Store, open_store
from tests.serving.commands.conftest import Run
from tests.serving.store.examples import OTHER_KEY, enrol


def test_a_new_database_is_to_be_upgraded_before_it_is_whole(run: Run) -> None:
    assert "database upgrade" in run("database", "check")
    assert "upgrade done" in run("database", "upgrade")
    assert "check done" in run("database", "check")


def test_a_backup_is_restored(run: Run, store: Store) -> None:
    person = enrol(store, "Ada", 1)
    assert "backup done" in run("database", "backup", "backups/one.db")
    store.people.delete(person.id)
    assert "restore done" in run("database", "restore", "backups/one.db")
    assert store.people.get(person.id).name == "Ada"
    assert "--replace" in run("database", "restore", "backups/one.db")
    assert "restore done" in run("database", "restore", "backups/one.db", "--replace")


def test_the_encryption_key_is_changed(
    run: Run, store: Store, address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(store, "Ada", 1)
    text = base64.b64encode(OTHER_KEY).decode()
    (tmp_path / "new.key").write_text(f"{text}\n")
    assert "start the service" in run("rotate-key", "--new-key-file", "new.key")
    assert "not the one" in run("audit", "verify")
    monkeypatch.setenv("SERVE_ENCRYPTION_KEY", text)
    assert "whole" in run("audit", "verify")
    again = open_store(address, OTHER_KEY)
    assert [person.name for person in again.people.search().items] == ["Ada"]
    again.close()


def test_bad_input_is_said_in_a_line(run: Run, tmp_path: Path) -> None:
    (tmp_path / "short.key").write_text("secret")
    assert "which file?" in run("database", "backup")
    assert "takes no file" in run("database", "check", "x")
    assert "no such file" in run("database", "restore", "missing.db")
    assert "cannot be read" in run("rotate-key", "--new-key-file", "missing.key")
    error = run("rotate-key", "--new-key-file", "short.key")
    assert "openssl rand -base64 32" in error
    assert "secret" not in error
