"""Backups: one SQLite file, of whichever database, from which either kind is restored.

Ciphers stay ciphers: a backup of an encrypted database is encrypted, and opens with its key.
"""

import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_file
from serving.store import history
from serving.store.database import Database
from serving.store.tables import DepartedRow, GalleryRow, PersonRow, Table

CHUNK = 500


def backup(database: Database, out: Path) -> None:
    """Writes a backup while the service runs: the state of one moment, whole or not at all.

    Raises:
        InputError: the tables are not of this code's version, or `out` cannot be written.
    """
    history.check(database)
    try:
        with atomic_file(out) as path:
            path.touch(0o600)
            if database.is_sqlite:
                _copy_file(database, path)
            else:
                _copy_rows(database, path)
    except OSError as error:
        raise InputError(f"{out}: {error.strerror or error}") from error


def restore(database: Database, file: Path, replace: bool = False) -> None:
    """Makes a database what a backup holds, in one transaction.

    Services that run go on: their galleries take the change in.

    Raises:
        InputError: the file is no backup, or the database holds people and `replace` is not set.
    """
    if not file.is_file():
        raise InputError(f"{file}: no such file")
    source = Database(f"sqlite:///{file}")
    try:
        history.check(source)
        history.upgrade(database)
        with source.reading() as old, database.writing() as new:
            _restore(old, new, database.name, replace)
    finally:
        source.close()
        for suffix in ("-wal", "-shm"):
            file.with_name(file.name + suffix).unlink(missing_ok=True)
    database.forget()


def _copy_file(database: Database, path: Path) -> None:
    """Copies a SQLite database page by page, and makes one file of it."""
    with closing(sqlite3.connect(database.path)) as source, closing(sqlite3.connect(path)) as copy:
        source.backup(copy)
        copy.execute("PRAGMA journal_mode=DELETE")


def _copy_rows(database: Database, path: Path) -> None:
    """Copies the rows of all tables into a new SQLite file."""
    copy = Database(f"sqlite:///{path}")
    history.upgrade(copy)
    with database.reading() as old, copy.writing() as new:
        _replace_rows(old, new)
    copy.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=DELETE")


def _restore(old: Session, new: Session, name: str, replace: bool) -> None:
    revision = new.execute(
        update(GalleryRow).values(revision=GalleryRow.revision + 1).returning(GalleryRow.revision)
    ).scalar_one()
    present = set(new.scalars(select(PersonRow.id)))
    if present and not replace:
        raise InputError(
            f"{name}: the database holds {len(present)} people; --replace puts the backup in "
            "their place"
        )
    known = set(new.scalars(select(DepartedRow.person_id))) | present
    _replace_rows(old, new)
    revision = max(revision, old.execute(select(GalleryRow.revision)).scalar_one() + 1)
    restored = set(new.scalars(select(PersonRow.id)))
    new.execute(update(GalleryRow).values(revision=revision))
    new.execute(update(PersonRow).values(changed=revision))
    new.execute(delete(DepartedRow))
    for person_id in known - restored:
        new.add(DepartedRow(person_id=person_id, changed=revision))


def _replace_rows(old: Session, new: Session) -> None:
    for table in reversed(Table.metadata.sorted_tables):
        new.execute(delete(table))
    for table in Table.metadata.sorted_tables:
        rows = old.execute(select(table).execution_options(yield_per=CHUNK)).mappings()
        for chunk in rows.partitions(CHUNK):
            new.execute(insert(table), [dict(row) for row in chunk])
