"""Reasons why a database carries nothing out, told apart by what it says: SQLSTATE or SQLite."""

import sqlite3
from typing import NamedTuple

from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from components.shared.runtime.errors import InputError

SOON, LATER, WHEN_MENDED = 1, 5, 300


class Trouble(NamedTuple):
    """A reason, in words for everybody.

    Attributes:
        kind: a word for programs.
        told: a sentence for people.
        seconds: after which to ask again; `WHEN_MENDED`: somebody must do something first.
        is_undone: whether what was asked is known not to have happened.
    """

    kind: str
    told: str
    seconds: int
    is_undone: bool


AWAY = Trouble("no-database", "the database does not answer; ask again a little later", 5, False)
CONFLICT = Trouble(
    "database-busy", "two changes met in the database; ask again a little later", SOON, True
)
LOCKED = Trouble(
    "database-busy",
    "the database is busy with other changes; ask again a little later",
    LATER,
    True,
)
NO_CONNECTION = Trouble(
    "database-busy", "the database takes no more connections; ask again a little later", LATER, True
)
NO_MEMORY = Trouble(
    "database-busy", "the database is short of memory; ask again a little later", LATER, True
)
FULL = Trouble(
    "database-full",
    "the disk of the database is full: whoever runs it must make room",
    WHEN_MENDED,
    True,
)
READ_ONLY = Trouble(
    "database-read-only",
    "the database takes no changes: whoever runs it must see why it is read-only",
    WHEN_MENDED,
    True,
)
OF_SQLITE = {
    sqlite3.SQLITE_BUSY: LOCKED,
    sqlite3.SQLITE_LOCKED: LOCKED,
    sqlite3.SQLITE_FULL: FULL,
    sqlite3.SQLITE_READONLY: READ_ONLY,
    sqlite3.SQLITE_IOERR: AWAY,
    sqlite3.SQLITE_CANTOPEN: AWAY,
}
OF_SQLSTATE = {
    "25006": READ_ONLY,
    "40001": CONFLICT,
    "40P01": CONFLICT,
    "53100": FULL,
    "53200": NO_MEMORY,
    "53300": NO_CONNECTION,
    "55P03": LOCKED,
    "57014": LOCKED,
}
"""PostgreSQL's table of errors, appendix A."""
NO_MORE = ("too many clients", "too many connections", "remaining connection slots")
"""A connection that is refused has no SQLSTATE, for libpq hands on the sentence alone."""


class DatabaseAwayError(InputError):
    """A database that carries nothing out now, and why."""

    def __init__(self, told: str, trouble: Trouble = AWAY) -> None:
        super().__init__(told)
        self.trouble = trouble


def find(error: DBAPIError) -> Trouble | None:
    """Returns the trouble that an error tells of; None where a statement is wrong."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        code = getattr(cause, "sqlite_errorcode", 0)
        return OF_SQLITE.get(code & 0xFF)  # the rest of an extended code says where
    state = getattr(cause, "sqlstate", None)
    if state in OF_SQLSTATE:
        return OF_SQLSTATE[state]
    if state is None and any(words in str(cause) for words in NO_MORE):
        return NO_CONNECTION
    is_away = error.connection_invalidated or isinstance(error, OperationalError | InterfaceError)
    return AWAY if is_away else None
