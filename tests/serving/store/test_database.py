"""Databases: which ones there are, and what their files hold and let others read."""

import logging
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError, OperationalError

from components.shared.runtime.errors import InputError
from serving.store import database as databases
from serving.store.database import Database
from serving.store.store import open_store
from serving.store.tables import PersonRow
from serving.store.trouble import DatabaseAwayError
from tests.serving.store import postgres
from tests.serving.store.examples import enrol


@pytest.mark.parametrize(
    "address", ["mysql://u:hunter2@h/d", "nonsense", "sqlite://", "sqlite:///:memory:", ""]
)
def test_other_databases_are_refused_without_their_password(address: str) -> None:
    with pytest.raises(InputError, match="postgresql\\+psycopg://") as refusal:
        Database(address)
    assert "hunter2" not in str(refusal.value)


def test_postgresql_needs_no_driver_in_its_address() -> None:
    database = Database("postgresql://u:hunter2@h/d")
    assert database.url.drivername == "postgresql+psycopg"
    assert "hunter2" not in database.name


def test_a_server_that_is_not_there_is_said_in_a_line() -> None:
    database = Database("postgresql://u:hunter2@127.0.0.1:1/d")
    with pytest.raises(InputError, match="cannot be reached") as refusal, database.reading() as it:
        it.execute(text("SELECT 1"))
    assert "hunter2" not in str(refusal.value)


def test_a_file_that_is_no_database_is_said_in_a_line(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(b"no database at all, but long enough to be read" * 30)
    with pytest.raises(InputError, match="no SQLite database"):
        open_store(f"sqlite:///{tmp_path / 'a.db'}")


def test_sqlite_is_set_up_for_many_readers_and_for_deletion(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'a.db'}")
    with database.reading() as session:
        values = {
            name: session.execute(text(f"PRAGMA {name}")).scalar_one()
            for name in ("journal_mode", "foreign_keys", "secure_delete", "busy_timeout")
        }
    assert values == {
        "journal_mode": "wal",
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": 30_000,
    }
    assert stat.S_IMODE(database.path.stat().st_mode) == 0o600
    database.close()


def test_a_transaction_happens_wholly_or_not_at_all(url: str) -> None:
    store = open_store(url)
    with pytest.raises(ZeroDivisionError), store.database.writing() as session:
        session.execute(text("UPDATE gallery SET revision = 77"))
        raise ZeroDivisionError
    assert store.people.revision() == 0
    store.close()


def test_a_reader_sees_one_state_and_a_writer_does_not_wait_for_it(url: str) -> None:
    store = open_store(url)
    with store.database.reading() as session:
        query = text("SELECT count(*) FROM person")
        assert session.execute(query).scalar_one() == 0
        enrol(store, "Ada", 1)
        assert session.execute(query).scalar_one() == 0
    with store.database.reading() as session:
        assert session.execute(query).scalar_one() == 1
    store.close()


def test_no_error_and_no_log_shows_a_value(url: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    store = open_store(url)
    with pytest.raises(DBAPIError) as error, store.database.writing() as session:
        session.add(PersonRow(id="x", name_cipher=b"Ada Secret"))
    assert "Secret" not in str(error.value).replace("DETAIL", "")
    assert "Secret" not in caplog.text
    store.close()


def test_forgetting_empties_the_log_of_sqlite(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.db'}")
    enrol(store, "Ada", 1)
    log = tmp_path / "a.db-wal"
    assert log.stat().st_size > 0
    assert store.database.forget()
    assert log.stat().st_size == 0
    with sqlite3.connect(tmp_path / "a.db") as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person").fetchone()
        enrol(store, "Ben", 2)
        assert not store.database.forget()  # a reader still needs the log
    reader.close()
    assert store.database.forget()
    store.close()


def test_a_database_that_is_locked_or_full_is_away_but_a_wrong_statement_is_no_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(databases, "BUSY_SECONDS", 0)
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    with pytest.raises(OperationalError, match="no such table"), database.reading() as session:
        session.execute(text("SELECT * FROM missing"))
    with pytest.raises(DatabaseAwayError, match="full"), database.writing() as session:
        session.execute(text("PRAGMA max_page_count = 2"))
        session.execute(text("CREATE TABLE large AS SELECT zeroblob(100000) AS content"))
    with closing(sqlite3.connect(tmp_path / "a.db")) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseAwayError, match="locked"), database.writing() as session:
            session.execute(text("SELECT 1"))
    database.close()


@pytest.mark.slow
def test_a_connection_that_breaks_before_its_commit_is_a_database_that_is_away(
    postgres_server: postgres.Server,
) -> None:
    database = Database(postgres_server.uri)
    own, end = text("SELECT pg_backend_pid()"), text("SELECT pg_terminate_backend(:id, 20000)")
    with pytest.raises(DatabaseAwayError), database.writing() as session:
        broken = session.execute(own).scalar_one()
        with database.connection() as other:
            other.execute(end, {"id": broken})
    with database.reading() as session:
        assert session.execute(own).scalar_one() != broken
    database.close()
