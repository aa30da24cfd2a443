"""Decisions that the service made, and the queue of those that a person must look at."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.store.audit_chain import Words
from serving.store.database import Database
from serving.store.decision_rows import NewDecision
from serving.store.errors import NotOpen, Unknown
from serving.store.journal import Entry, Journal
from serving.store.person import StoredImage
from serving.store.tables import DecisionRow
from serving.store.transactions import Transaction, Transactions
from serving.store.vault import Vault, place

Status = Literal["final", "review", "reviewed"]


@dataclass(frozen=True)
class Decision:
    """A decision as it is kept; `reviewed_as` is what a person decided."""

    id: str
    kind: str
    outcome: str
    person_id: str | None
    policy: str | None
    llr: float | None
    distance: float | None
    gap: float | None
    space: str
    model_version: str
    details: dict[str, Any] | None
    has_image: bool
    status: str
    reviewed_as: str | None
    reviewed_by: str | None
    reviewed: datetime | None
    note: str | None
    created: datetime


class DecisionPage(NamedTuple):
    """Decisions, and the cursor of the next page (None: it is the last)."""

    items: list[Decision]
    next: str | None


class Decisions:
    """The decisions of a store."""

    def __init__(self, database: Database, vault: Vault, journal: Journal) -> None:
        self._database = database
        self._vault = vault
        self._journal = journal
        self._transactions = Transactions(database, vault)

    def add(self, decision: NewDecision, line: Words | None = None) -> str:
        """Keeps a decision, with its line of the audit, and returns its id when both are committed.

        A person who is gone by now is left out.

        Raises:
            KeyChanged: another process changed the encryption key.
        """
        return str(self._journal.add(Entry(line, decision)).decision)

    def get(self, decision_id: str) -> Decision:
        """Returns a decision.

        Raises:
            Unknown: there is none of this id.
        """
        with self._database.reading() as session:
            return self._decision(_row(session, decision_id))

    def image(self, decision_id: str) -> StoredImage | None:
        """Returns the questioned image; None where it is not kept.

        Raises:
            Unknown: there is no such decision.
        """
        with self._database.reading() as session:
            row = _row(session, decision_id)
        if row.image_cipher is None:
            return None
        at = place("decision", "image_cipher", row.id)
        return StoredImage(self._vault.decrypt(row.image_cipher, at), row.media_type or "")

    def review_queue(self, limit: int = 50, cursor: str | None = None) -> DecisionPage:
        """Returns decisions that wait for a review, the oldest first.

        Raises:
            Unknown: the cursor is none.
        """
        return self.list(limit, cursor, status="review")

    def list(
        self, limit: int = 50, cursor: str | None = None, status: Status | None = None
    ) -> DecisionPage:
        """Returns decisions of a status, or all, the oldest first.

        Raises:
            Unknown: the cursor is none.
        """
        query = select(DecisionRow).order_by(DecisionRow.number).limit(limit + 1)
        if status is not None:
            query = query.where(DecisionRow.status == status)
        if cursor is not None:
            if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
                raise Unknown("no such page")
            query = query.where(DecisionRow.number > int(cursor))
        with self._database.reading() as session:
            rows = session.scalars(query).all()
        following = str(rows[limit - 1].number) if len(rows) > limit else None
        return DecisionPage([self._decision(row) for row in rows[:limit]], following)

    def decide(
        self,
        decision_id: str,
        outcome: str,
        note: str | None,
        key_id: str,
        within: Transaction | None = None,
    ) -> Decision:
        """Keeps what a person decided; of two at once, the first one counts.

        Raises:
            Unknown: there is no such decision.
            NotOpen: it waits for no review.
        """
        note_cipher = self._vault.encrypt_text(note, place("decision", "note_cipher", decision_id))
        with self._transactions.within(within) as transaction:
            session = transaction.session
            changed = session.scalar(
                update(DecisionRow)
                .where(DecisionRow.id == decision_id, DecisionRow.status == "review")
                .values(
                    status="reviewed",
                    reviewed_as=outcome,
                    reviewed_by=key_id,
                    reviewed=datetime.now(UTC),
                    note_cipher=note_cipher,
                )
                .returning(DecisionRow.id)
            )
            row = _row(session, decision_id)
            if changed is None:
                raise NotOpen("this decision waits for no review")
            session.refresh(row)
            return self._decision(row)

    def _decision(self, row: DecisionRow) -> Decision:
        at = place("decision", "details_cipher", row.id)
        details = self._vault.decrypt_text(row.details_cipher, at)
        return Decision(
            id=row.id,
            kind=row.kind,
            outcome=row.outcome,
            person_id=row.person_id,
            policy=row.policy,
            llr=row.llr,
            distance=row.distance,
            gap=row.gap,
            space=row.space,
            model_version=row.model_version,
            details=None if details is None else json.loads(details),
            has_image=row.image_cipher is not None,
            status=row.status,
            reviewed_as=row.reviewed_as,
            reviewed_by=row.reviewed_by,
            reviewed=row.reviewed,
            note=self._vault.decrypt_text(
                row.note_cipher, place("decision", "note_cipher", row.id)
            ),
            created=row.created,
        )


def _row(session: Session, decision_id: str) -> DecisionRow:
    row = session.get(DecisionRow, decision_id)
    if row is None:
        raise Unknown(decision_id)
    return row
