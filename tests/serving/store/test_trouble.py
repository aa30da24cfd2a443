"""Reasons why a database carries nothing out are told apart."""

import sqlite3
import threading
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import OperationalError, ProgrammingError

from serving.store import trouble
from serving.store.database import Database
from serving.store.trouble import DatabaseAwayError
from tests.serving.store import postgres


def test_sqlite_says_whether_it_is_full_or_may_not_be_written(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    for pragma, expected in (
        ("max_page_count = 2", trouble.FULL),
        ("query_only = 1", trouble.READ_ONLY),
    ):
        with pytest.raises(DatabaseAwayError) as refused, database.writing() as session:
            session.execute(text(f"PRAGMA {pragma}"))
            session.execute(text("CREATE TABLE large AS SELECT zeroblob(100000) AS content"))
        assert refused.value.trouble == expected
        assert database.trouble == expected
        database.close()
    with database.writing() as session:
        session.execute(text("CREATE TABLE small (content)"))
    assert database.trouble is None
    database.close()


@pytest.mark.slow
def test_postgresql_is_understood_by_its_sqlstate(postgres_server: postgres.Server) -> None:
    database = Database(postgres_server.uri)
    for state, expected in (
        ("53100", trouble.FULL),
        ("53300", trouble.NO_CONNECTION),
        ("40001", trouble.CONFLICT),
        ("57P01", trouble.AWAY),
    ):
        with pytest.raises(DatabaseAwayError) as refused, database.writing() as session:
            block = f"DO $$ BEGIN RAISE EXCEPTION 'secret' USING ERRCODE = '{state}'; END $$"
            session.execute(text(block))
        assert refused.value.trouble == expected
        assert "secret" not in str(refused.value)
    with pytest.raises(DatabaseAwayError) as refused, database.writing() as session:
        session.execute(text("SET TRANSACTION READ ONLY"))
        session.execute(text("CREATE TABLE t (a int)"))
    assert refused.value.trouble == trouble.READ_ONLY
    database.close()


@pytest.mark.slow
def test_a_deadlock_is_a_conflict_that_changed_nothing_and_one_of_both_goes_on(
    postgres_server: postgres.Server,
) -> None:
    database = Database(postgres_server.uri)
    with database.writing() as session:
        rows = "SELECT id, 0 AS n FROM generate_series(1, 2) id"
        session.execute(text(f"CREATE TABLE crossed AS {rows}"))
    both_have_one = threading.Barrier(2)
    refused: list[DatabaseAwayError] = []

    def cross(first: int, second: int) -> None:
        change = text("UPDATE crossed SET n = n + 1 WHERE id = :id")
        try:
            with database.writing() as session:
                session.execute(change, {"id": first})
                both_have_one.wait(20)
                session.execute(change, {"id": second})
        except DatabaseAwayError as error:
            refused.append(error)

    threads = [threading.Thread(target=cross, args=order) for order in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    [error] = refused
    assert error.trouble == trouble.CONFLICT
    assert error.trouble.is_undone
    with database.writing() as session:
        assert session.scalars(text("SELECT n FROM crossed")).all() == [1, 1]
        session.execute(text("DROP TABLE crossed"))
    database.close()


@pytest.mark.slow
def test_a_server_that_takes_no_more_connections_is_not_one_that_is_away(
    postgres_server: postgres.Server,
) -> None:
    everybody = Database(postgres_server.uri)
    with everybody.writing() as session:
        session.execute(text("CREATE ROLE few LOGIN CONNECTION LIMIT 0"))
    url = make_url(postgres_server.uri).set(username="few")
    database = Database(url.render_as_string(hide_password=False))
    with pytest.raises(DatabaseAwayError) as refused, database.reading() as session:
        session.execute(text("SELECT 1"))
    assert refused.value.trouble == trouble.NO_CONNECTION
    with everybody.writing() as session:
        session.execute(text("DROP ROLE few"))
    database.close()
    everybody.close()


def test_a_wrong_statement_is_no_trouble_of_the_database() -> None:
    undefined = ProgrammingError("SELECT", None, psycopg.errors.UndefinedTable("t"))
    missing = OperationalError("SELECT", None, sqlite3.OperationalError("no such table: t"))
    assert trouble.find(undefined) is None
    assert trouble.find(missing) is None
