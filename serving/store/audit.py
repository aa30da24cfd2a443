"""The audit: who did what with whom, and how it ended. Its lines are chained by hashes.

A line says ids and words, no name, no image and no embedding, and it stays when a person is
deleted. Its hash, with the store's own key, covers the line and the hash of the line before, so a
line that was changed, removed, added or moved is found; the number of lines and the last hash stand
in a row of their own, so a removed end is found too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select

from serving.store.audit_chain import Words, hash_of
from serving.store.database import Database
from serving.store.errors import Unknown
from serving.store.journal import Entry, Journal
from serving.store.tables import AuditHeadRow, AuditRow
from serving.store.vault import Vault

CHUNK = 1000


@dataclass(frozen=True)
class AuditLine:
    """A line of the audit; `id` counts from 1."""

    id: int
    at: datetime
    key_id: str | None
    action: str
    person_id: str | None
    outcome: str
    request_id: str | None
    model_version: str | None


class AuditPage(NamedTuple):
    """Lines, the newest first, and the cursor of the next page (None: it is the last)."""

    items: list[AuditLine]
    next: str | None


class Audit:
    """The audit of a store."""

    def __init__(self, database: Database, vault: Vault, journal: Journal) -> None:
        self._database = database
        self._vault = vault
        self._journal = journal

    def append(
        self,
        key_id: str | None,
        action: str,
        person_id: str | None,
        outcome: str,
        request_id: str | None = None,
        model_version: str | None = None,
    ) -> int:
        """Appends a line, and returns its number when it is committed.

        Words have at most 64 characters.
        """
        words = Words(key_id, action, person_id, outcome, request_id, model_version)
        return int(self._journal.add(Entry(words)).line or 0)

    def verify(self) -> int | None:
        """Returns the number of the first line that is not as it was written; None: all are."""
        previous, expected = bytes(32), 1
        with self._database.reading() as session:
            query = select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=CHUNK)
            for row in session.scalars(query):
                if row.id != expected or row.previous != previous or row.hash != self._hash(row):
                    return expected
                previous, expected = row.hash, expected + 1
            head = session.get(AuditHeadRow, 1)
        is_whole = head is not None and (head.lines, head.hash) == (expected - 1, previous)
        return None if is_whole else expected

    def list(self, limit: int = 50, cursor: str | None = None) -> AuditPage:
        """Returns a page of lines, the newest first.

        Raises:
            Unknown: the cursor is none.
        """
        query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit + 1)
        if cursor is not None:
            if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
                raise Unknown("no such page")
            query = query.where(AuditRow.id < int(cursor))
        with self._database.reading() as session:
            rows = session.scalars(query).all()
        following = str(rows[limit - 1].id) if len(rows) > limit else None
        return AuditPage([_line(row) for row in rows[:limit]], following)

    def _hash(self, row: AuditRow) -> bytes:
        words = Words(
            row.key_id,
            row.action,
            row.person_id,
            row.outcome,
            row.request_id,
            row.model_version,
        )
        return hash_of(self._vault, row.previous, row.id, row.at, words)


def _line(row: AuditRow) -> AuditLine:
    return AuditLine(
        id=row.id,
        at=row.at,
        key_id=row.key_id,
        action=row.action,
        person_id=row.person_id,
        outcome=row.outcome,
        request_id=row.request_id,
        model_version=row.model_version,
    )
