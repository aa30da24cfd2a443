"""Decisions and lines of the audit, which are committed before a request is answered."""

from collections.abc import Sequence
from typing import NamedTuple

from serving.store import audit_chain, decision_rows
from serving.store.audit_chain import Words
from serving.store.database import Database
from serving.store.decision_rows import NewDecision
from serving.store.group_commit import GroupCommit
from serving.store.vault import Vault
from serving.tracing import traces


class Entry(NamedTuple):
    """A line of the audit, a decision, or a decision with its line."""

    line: Words | None = None
    decision: NewDecision | None = None


class Written(NamedTuple):
    """The number of an entry's line and the id of its decision, where it has one."""

    line: int | None
    decision: str | None


class Journal:
    """The journal of a store. A decision and its line are there together, or neither is."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault
        self._group = GroupCommit(self._write)

    def add(self, entry: Entry) -> Written:
        """Writes an entry, and returns when it is committed.

        Raises:
            KeyChanged: it holds a decision, and another process changed the encryption key.
        """
        with traces.span("journal"):
            return self._group.add(entry)

    def _write(self, entries: Sequence[Entry]) -> list[Written]:
        decisions = [entry.decision for entry in entries if entry.decision is not None]
        lines = [entry.line for entry in entries if entry.line is not None]
        with self._database.connection() as connection:
            ids = iter(decision_rows.add(connection, self._vault, decisions) if decisions else ())
            numbers = iter(audit_chain.extend(connection, self._vault, lines) if lines else ())
        return [
            Written(
                None if entry.line is None else next(numbers),
                None if entry.decision is None else next(ids),
            )
            for entry in entries
        ]
