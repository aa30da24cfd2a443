"""Migrations: which version the tables have, and how they get another.

Alembic, with all the databases that it knows, is a tenth of the service's start; it is imported
where tables are of another version alone.
"""

from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, String, column, inspect, select, table, text

from components.shared.runtime.errors import InputError
from serving.store.database import Database

if TYPE_CHECKING:
    from alembic.config import Config

NEWEST = "evidence"
"""The version that this code needs, of the last migration."""
HEAD = "head"
VERSION_TABLE = "alembic_version_serve"
VERSION = select(column("version_num", String)).select_from(table(VERSION_TABLE))
SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 4_019_270_411  # any number that no other program takes in the same PostgreSQL


def upgrade(database: Database, version: str = HEAD) -> None:
    """Brings the tables to a version; of several processes one does, the others wait.

    Raises:
        InputError: later code than this made the tables.
    """
    with database.connection() as connection:
        _lock(connection)
        if version == HEAD and _version(connection) == NEWEST:
            return
        from alembic import command

        _refuse_unknown(connection, database.name)
        command.upgrade(_config(connection), version)


def downgrade(database: Database, version: str) -> None:
    """Takes the tables back to a version; what only later ones have is lost."""
    from alembic import command

    with database.connection() as connection:
        _lock(connection)
        command.downgrade(_config(connection), version)


def version(database: Database) -> str | None:
    """Returns the version of the tables; None where there are none."""
    with database.reading() as session:
        return _version(session.connection())


def check(database: Database) -> None:
    """Checks that the tables are of this code's version, and that SQLite's file is whole.

    Raises:
        InputError: they are not; it says what to do.
    """
    with database.reading() as session:
        connection = session.connection()
        _require_newest(connection, database.name)
        if database.is_sqlite:
            damages = connection.execute(text("PRAGMA quick_check")).scalars().all()
            orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
            if list(damages) != ["ok"] or orphans:
                raise InputError(f"{database.name}: the file is damaged; restore a backup")


def require_newest(database: Database) -> None:
    """Checks that the tables are of this code's version.

    Raises:
        InputError: they are not; it says what to do.
    """
    with database.reading() as session:
        _require_newest(session.connection(), database.name)


def _require_newest(connection: Connection, name: str) -> None:
    if _version(connection) != NEWEST:
        _refuse_unknown(connection, name)
        raise InputError(
            f"{name}: the tables are of another version; run `python -m serving database upgrade`"
        )


def _config(connection: Connection) -> "Config":
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    return config


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(VERSION_TABLE):
        return None
    found: str | None = connection.scalar(VERSION)
    return found


def _refuse_unknown(connection: Connection, name: str) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}
    found = _version(connection)
    if found is not None and found not in known:
        raise InputError(f"{name}: later code made these tables (version {found}); update this one")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
