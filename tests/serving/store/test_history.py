"""Migrations: up, down and up again with data, by several at once, and what is refused."""

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from components.shared.runtime.errors import InputError
from serving.store import history
from serving.store.database import Database
from serving.store.store import open_store
from serving.store.tables import Table
from tests.serving.store.examples import KEY, enrol


def test_migrations_make_the_tables_that_the_code_uses(url: str) -> None:
    database = Database(url)
    history.upgrade(database)
    with database.connection() as connection:
        options = {"version_table": history.VERSION_TABLE, "compare_type": True}
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, Table.metadata) == []
    last = ScriptDirectory(str(history.SCRIPTS)).get_current_head()
    assert history.version(database) == history.NEWEST == last
    database.close()


def test_up_down_and_up_again_keeps_what_the_lower_version_has(url: str) -> None:
    store = open_store(url, KEY, keep_images=True)
    person = enrol(store, "Ada", 1, 2)
    store.audit.append("key", "enrol", person.id, "created")
    history.downgrade(store.database, "people")
    with pytest.raises(InputError, match="database upgrade"):
        history.check(store.database)
    history.upgrade(store.database)
    assert store.people.get(person.id) == person
    assert store.audit.list().items == []
    assert store.audit.verify() is None
    history.downgrade(store.database, "base")
    with store.database.connection() as connection:
        assert set(inspect(connection).get_table_names()) == {history.VERSION_TABLE}
    history.upgrade(store.database)
    assert store.people.count() == 0
    store.close()


def test_an_upgrade_of_what_is_up_to_date_changes_nothing(url: str) -> None:
    store = open_store(url, KEY)
    person = enrol(store, "Ada", 1)
    history.upgrade(store.database)
    assert store.people.get(person.id) == person
    store.close()


def test_what_is_up_to_date_is_opened_without_alembic(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'a.db'}"
    open_store(url, KEY).close()
    code = (
        "import sys; from serving.store.store import open_store; "
        f"open_store({url!r}, {KEY!r}).close(); assert 'alembic' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_several_that_start_at_once_upgrade_once(url: str) -> None:
    failures: list[BaseException] = []

    def start() -> None:
        try:
            open_store(url, KEY).close()
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_another_alembic_in_the_same_database_is_left_alone(url: str) -> None:
    database = Database(url)
    with database.connection() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num VARCHAR(32))"))
        connection.execute(text("INSERT INTO alembic_version VALUES ('of mlflow')"))
    history.upgrade(database)
    history.check(database)
    with database.reading() as session:
        assert session.execute(text("SELECT * FROM alembic_version")).all() == [("of mlflow",)]
    database.close()


def test_tables_of_later_code_are_refused(url: str) -> None:
    store = open_store(url, KEY)
    with store.database.writing() as session:
        session.execute(text(f"UPDATE {history.VERSION_TABLE} SET version_num = 'later'"))
    for refused in (history.upgrade, history.check):
        with pytest.raises(InputError, match="later code"):
            refused(store.database)
    store.close()


def test_an_empty_database_is_to_be_upgraded_first(url: str) -> None:
    with pytest.raises(InputError, match="database upgrade"):
        open_store(url, KEY, upgrade=False)


def test_a_reference_of_nobody_is_found(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.db'}", KEY)
    person = enrol(store, "Ada", 1)
    store.close()
    with sqlite3.connect(tmp_path / "a.db") as connection:  # foreign keys are off here
        connection.execute("DELETE FROM person WHERE id = ?", (person.id,))
    connection.close()
    with pytest.raises(InputError, match="restore a backup"):
        history.check(store.database)
    store.close()
