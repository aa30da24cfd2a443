"""The chain of the audit's lines: each hash covers a line and the hash of the line before."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Connection, bindparam, insert, select, update

from serving.store.tables import AuditHeadRow, AuditRow, table_of
from serving.store.vault import Vault

HEAD = select(AuditHeadRow.lines, AuditHeadRow.hash).with_for_update()
MOVE_HEAD = update(table_of(AuditHeadRow)).values(
    lines=bindparam("last"), hash=bindparam("last_hash")
)
ADD_LINES = insert(table_of(AuditRow))
"""Run at every request: built once, and their rows are no objects of a session."""


class Words(NamedTuple):
    """The words of a line, each of at most 64 characters: ids, and nothing personal."""

    key_id: str | None
    action: str
    person_id: str | None
    outcome: str
    request_id: str | None = None
    model_version: str | None = None


def extend(connection: Connection, vault: Vault, lines: Sequence[Words]) -> list[int]:
    """Adds lines in a transaction that writes, and returns their numbers."""
    last, previous = connection.execute(HEAD).one()
    rows: list[dict[str, Any]] = []
    for number, words in enumerate(lines, last + 1):
        at = datetime.now(UTC)
        own = hash_of(vault, previous, number, at, words)
        rows.append({"id": number, "at": at, **words._asdict(), "previous": previous, "hash": own})
        previous = own
    connection.execute(ADD_LINES, rows)
    connection.execute(MOVE_HEAD, {"last": last + len(rows), "last_hash": previous})
    return [row["id"] for row in rows]


def hash_of(vault: Vault, previous: bytes, number: int, at: datetime, words: Words) -> bytes:
    """Returns the hash of a line that follows a line of the hash `previous`."""
    line = [number, at.astimezone(UTC).isoformat(), *words]
    return vault.hmac(previous + json.dumps(line).encode(), "audit")
