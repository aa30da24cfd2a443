"""The third migration makes the counts of evidence, and takes nothing else away again."""

from pathlib import Path

from sqlalchemy import inspect, text

from serving.store import history
from serving.store.database import Database


def test_counts_of_evidence_come_third(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'a.db'}")
    history.upgrade(database, "operation")
    with database.connection() as connection:
        before = set(inspect(connection).get_table_names())
    history.upgrade(database, "evidence")
    with database.connection() as connection:
        assert set(inspect(connection).get_table_names()) - before == {"evidence"}
        assert connection.execute(text("SELECT * FROM evidence")).all() == []
    history.downgrade(database, "operation")
    with database.connection() as connection:
        assert set(inspect(connection).get_table_names()) == before
    database.close()
