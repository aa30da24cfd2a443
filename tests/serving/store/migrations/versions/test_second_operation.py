"""The second migration makes what the running service keeps."""

from pathlib import Path

from sqlalchemy import inspect, text

from serving.store import history
from serving.store.database import Database


def test_operation_comes_second(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    history.upgrade(database, "people")
    history.upgrade(database, "operation")
    with database.connection() as connection:
        names = set(inspect(connection).get_table_names())
        assert {"decision", "api_key", "audit", "audit_head", "idempotency"} <= names
        assert connection.execute(text("SELECT lines FROM audit_head")).all() == [(0,)]
    database.close()
