"""One database, SQLite or PostgreSQL, with transactions that read and transactions that write."""

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, closing, contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import Any, TypeVarTuple

from sqlalchemy import URL, Connection, Engine, Row, Select, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.orm import Session

from components.shared.runtime.errors import InputError
from serving.store import trouble
from serving.store.addresses import DEFAULT, SUPPORTED
from serving.store.trouble import DatabaseAwayError, Trouble
from serving.tracing import traces

Ts = TypeVarTuple("Ts")
BUSY_SECONDS = 30
FORGET_SECONDS = 2  # for which a deletion waits for readers of an older state
FRESH_SECONDS = 30  # for which a failed change tells of the database, unless one succeeds


class Database:
    """The engine and its transactions; thread-safe, and shared with other processes.

    Of transactions that write, one runs at a time in SQLite. In PostgreSQL those that change
    people wait for each other at the row of the gallery's revision.
    """

    def __init__(self, url: str = DEFAULT) -> None:
        """Prepares the engine and, for SQLite, the file's folder; connects at the first use.

        Raises:
            InputError: the address is none of SQLite or PostgreSQL.
        """
        self.url = _parsed(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            _create_file(Path(self.url.database or ""))
        self.name = self.url.render_as_string(hide_password=True)
        """The address without its password."""
        self.engine = _engine(self.url, self.is_sqlite)
        if self.is_sqlite:
            self._reader = _beginning(self.engine, "BEGIN DEFERRED")
            self._writer = _beginning(self.engine, "BEGIN IMMEDIATE")
        else:
            self._reader = self.engine.execution_options(isolation_level="REPEATABLE READ")
            self._writer = self.engine
        # Threads that find SQLite locked sleep and try again; in turn they lose no time.
        self._turn: AbstractContextManager[Any] = Lock() if self.is_sqlite else nullcontext()
        self._failed: tuple[Trouble, float] | None = None

    @property
    def path(self) -> Path:
        """The file of SQLite."""
        return Path(self.url.database or "")

    @property
    def trouble(self) -> Trouble | None:
        """The reason why the last change failed just now, where somebody must mend it first."""
        if self._failed is None:
            return None
        reason, since = self._failed
        is_fresh = time.monotonic() - since < FRESH_SECONDS
        return reason if is_fresh and reason.seconds == trouble.WHEN_MENDED else None

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Keeps whether a change succeeded."""
        try:
            with _reachable(self.name):
                yield
        except DatabaseAwayError as error:
            self._failed = (error.trouble, time.monotonic())
            raise
        self._failed = None

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Yields a session that sees one state of the database throughout."""
        with _reachable(self.name), Session(self._reader) as session:
            yield session

    def rows(self, statement: Select[*Ts], values: Mapping[str, Any]) -> Sequence[Row[*Ts]]:
        """Returns the rows of one statement that reads, which is a transaction by itself."""
        with _reachable(self.name), self.engine.connect() as connection:
            return connection.execute(statement, values).all()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """Yields a session whose changes all happen at the end, or none of them."""
        with (
            traces.span("transaction"),
            self._turn,
            self._told(),
            Session(self._writer, expire_on_commit=False) as session,
            session.begin(),
        ):
            yield session

    @contextmanager
    def connection(self) -> Iterator[Connection]:
        """Yields a connection in a transaction that writes, for statements without objects."""
        with (
            traces.span("transaction"),
            self._turn,
            self._told(),
            self._writer.begin() as connection,
        ):
            yield connection

    def forget(self) -> bool:
        """Moves SQLite's write-ahead log into the file and empties it.

        Deleted bytes are overwritten in the file (`secure_delete`), but stay in the log until
        then. PostgreSQL removes old rows by its own vacuum.

        Returns:
            Whether the log is empty; not so where somebody reads an older state for seconds, and
            the next call empties it then.
        """
        if not self.is_sqlite:
            return True
        with _reachable(self.name), closing(self.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute(f"PRAGMA busy_timeout={FORGET_SECONDS * 1000}")
            try:
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                row = cursor.fetchone()
                return row is not None and row[0] == 0
            finally:
                cursor.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000}")

    def close(self) -> None:
        """Closes all connections."""
        self.engine.dispose()


@contextmanager
def _reachable(name: str) -> Iterator[None]:
    try:
        yield
    except DBAPIError as error:
        if "unable to open database file" in str(error.orig):
            raise DatabaseAwayError(f"{name}: the file cannot be opened") from error
        if "file is not a database" in str(error.orig):
            raise InputError(f"{name}: this file is no SQLite database") from error
        reason = trouble.find(error)
        if reason is not None:
            raise DatabaseAwayError(f"{name}: {_words(error, reason)}", reason) from error
        raise
    except NoConnection as error:
        told = "all connections are taken"
        raise DatabaseAwayError(f"{name}: {told}", trouble.NO_CONNECTION) from error


def _words(error: DBAPIError, reason: Trouble) -> str:
    """Returns what SQLite says of its file; other databases may say more than is for all to see."""
    if isinstance(error.orig, sqlite3.Error):
        return str(error.orig)
    return "the database cannot be reached" if reason is trouble.AWAY else reason.told


def _parsed(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError as error:
        raise InputError(f"the database's address is none; it looks like {SUPPORTED}") from error
    if url.drivername == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    is_file = url.drivername == "sqlite" and url.database not in (None, "", ":memory:")
    if not is_file and url.drivername != "postgresql+psycopg":
        name = url.render_as_string(hide_password=True)
        raise InputError(f"{name}: this database is not supported; an address is {SUPPORTED}")
    return url


def _create_file(path: Path) -> None:
    """Creates an empty file that its owner alone may read."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from error


def _engine(url: URL, is_sqlite: bool) -> Engine:
    """Creates the engine; no value of a row ever stands in an error or a log."""
    pool = {"pool_size": 10, "max_overflow": 30}
    if not is_sqlite:
        return create_engine(url, hide_parameters=True, pool_pre_ping=True, **pool)
    engine = create_engine(
        url, hide_parameters=True, connect_args={"timeout": BUSY_SECONDS}, **pool
    )
    event.listen(engine, "connect", _configure)
    return engine


def _configure(connection: sqlite3.Connection, _: Any) -> None:
    connection.isolation_level = None  # transactions are opened by _beginning alone
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _beginning(engine: Engine, statement: str) -> Engine:
    """Returns an engine on the same connections whose transactions begin by a statement."""

    def begin(connection: Connection) -> None:
        connection.exec_driver_sql(statement)

    own = engine.execution_options()
    event.listen(own, "begin", begin)
    return own
