"""The audit: who did what with whom, and how it ended. Its lines are chained by hashes.

A line says ids and words, no name, no image and no embedding, and it stays when a person is
deleted. Its hash, with the store's own key, covers the line and the hash of the line before, so a
line that was changed, removed, added or moved is found; the number of lines and the last hash stand
in a row of their own, so a removed end is found too.

A commit costs more than a line, so that lines of callers who wait at once are committed together.
"""

import json
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from threading import Lock
from typing import NamedTuple

from sqlalchemy import select, update

from serving.store.database import Database
from serving.store.errors import Unknown
from serving.store.tables import AuditHeadRow, AuditRow
from serving.store.vault import Vault
from serving.tracing import traces

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


class _Waiting(NamedTuple):
    """A line that is not committed; `number` is its number as soon as it is."""

    words: dict[str, str | None]
    number: Future[int]


class Audit:
    """The audit of a store."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._waiting: deque[_Waiting] = deque()
        self._turn = Lock()

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
        words = {
            "key_id": key_id,
            "action": action,
            "person_id": person_id,
            "outcome": outcome,
            "request_id": request_id,
            "model_version": model_version,
        }
        line = _Waiting(words, Future())
        self._waiting.append(line)
        with traces.span("audit"), self._turn:
            if not line.number.done():  # else another caller's turn has committed it
                count = len(self._waiting)
                self._commit([self._waiting.popleft() for _ in range(count)])
        return line.number.result()

    def _commit(self, lines: Sequence[_Waiting]) -> None:
        """Commits lines together; where that fails each by itself, so that none fails another."""
        try:
            first = self._write([line.words for line in lines])
        except BaseException as error:
            if len(lines) == 1:
                lines[0].number.set_exception(error)
                return
            for line in lines:
                self._commit([line])
        else:
            for number, line in enumerate(lines, first):
                line.number.set_result(number)

    def _write(self, lines: Sequence[dict[str, str | None]]) -> int:
        """Writes lines in a transaction, and returns the number of the first."""
        count = len(lines)
        with self._database.writing() as session:
            statement = (
                update(AuditHeadRow)
                .values(lines=AuditHeadRow.lines + count)
                .returning(AuditHeadRow.lines, AuditHeadRow.hash)
            )
            last, previous = session.execute(statement).one()
            first = int(last) - count + 1
            for number, words in enumerate(lines, first):
                row = AuditRow(id=number, at=datetime.now(UTC), previous=previous, **words)
                row.hash = previous = self._hash(row)
                session.add(row)
            session.execute(update(AuditHeadRow).values(hash=previous))
        return first

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
        words = [
            row.id,
            row.at.astimezone(UTC).isoformat(),
            row.key_id,
            row.action,
            row.person_id,
            row.outcome,
            row.request_id,
            row.model_version,
        ]
        return self._vault.hmac(row.previous + json.dumps(words).encode(), "audit")


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
