"""Migrations: which version the tables have, and how they get another."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from components.shared.runtime.errors import InputError
from serving.store.database import Database

VERSION_TABLE = "alembic_version_serve"
SCRIPTS = Path(__file__).parent / "migrations"
LOCK = 4_019_270_411  # any number that no other program takes in the same PostgreSQL


def upgrade(database: Database, version: str = "head") -> None:
    """Brings the tables to a version; of several processes one does, the others wait.

    Raises:
        InputError: later code than this made the tables.
    """
    with database.connection() as connection:
        _lock(connection)
        _refuse_unknown(connection, database.name)
        command.upgrade(_config(connection), version)


def downgrade(database: Database, version: str) -> None:
    """Takes the tables back to a version; what only later ones have is lost."""
    with database.connection() as connection:
        _lock(connection)
        command.downgrade(_config(connection), version)


def version(database: Database) -> str | None:
    """Returns the version of the tables; None where there are none."""
    with database.reading() as session:
        return _version(session.connection())


def newest() -> str:
    """Returns the version that this code needs."""
    head = ScriptDirectory(str(SCRIPTS)).get_current_head()
    if head is None:
        raise RuntimeError("no migration")
    return head


def check(database: Database) -> None:
    """Checks that the tables are of this code's version, and that SQLite's file is whole.

    Raises:
        InputError: they are not; it says what to do.
    """
    with database.reading() as session:
        connection = session.connection()
        _refuse_unknown(connection, database.name)
        if _version(connection) != newest():
            raise InputError(
                f"{database.name}: the tables are of another version; run "
                "`python -m serving database upgrade`"
            )
        if database.is_sqlite:
            damages = connection.execute(text("PRAGMA quick_check")).scalars().all()
            orphans = connection.execute(text("PRAGMA foreign_key_check")).all()
            if list(damages) != ["ok"] or orphans:
                raise InputError(f"{database.name}: the file is damaged; restore a backup")


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    return config


def _version(connection: Connection) -> str | None:
    context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
    return context.get_current_revision()


def _refuse_unknown(connection: Connection, name: str) -> None:
    known = {script.revision for script in ScriptDirectory(str(SCRIPTS)).walk_revisions()}
    found = _version(connection)
    if found is not None and found not in known:
        raise InputError(f"{name}: later code made these tables (version {found}); update this one")


def _lock(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
