"""The first migration makes people, and the two rows that are always there."""

from pathlib import Path

from sqlalchemy import inspect, text

from serving.store import history
from serving.store.database import Database


def test_people_come_first(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    history.upgrade(database, "people")
    with database.connection() as connection:
        names = set(inspect(connection).get_table_names())
        assert {"person", "reference", "embedding", "image", "space", "departed"} <= names
        assert "decision" not in names
        assert connection.execute(text("SELECT id, revision FROM gallery")).all() == [(1, 0)]
    database.close()
