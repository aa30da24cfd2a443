"""The environment of the migrations runs on the connection that it is given."""

from pathlib import Path

from sqlalchemy import inspect

from serving.store import history
from serving.store.database import Database


def test_migrations_keep_their_version_in_a_table_of_their_own(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    history.upgrade(database)
    with database.connection() as connection:
        names = inspect(connection).get_table_names()
    assert "alembic_version_serve" in names
    assert "alembic_version" not in names
    database.close()
