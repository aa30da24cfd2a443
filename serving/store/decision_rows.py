"""Decisions on their way into the store."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, bindparam, func, insert, select

from serving.store import evidence as evidence_counts
from serving.store.evidence import Evidence
from serving.store.gallery_revision import lock
from serving.store.person import StoredImage
from serving.store.tables import DecisionRow, PersonRow, table_of
from serving.store.vault import Vault, place

LAST = select(func.max(DecisionRow.number))
PRESENT = select(PersonRow.id).where(PersonRow.id.in_(bindparam("ids", expanding=True)))
ADD = insert(table_of(DecisionRow))
"""Run at every decision: built once, and their rows are no objects of a session."""


@dataclass(frozen=True)
class NewDecision:
    """A decision to keep.

    Attributes:
        kind: `verify` or `identify`.
        outcome: what was answered, such as `accept`, `review` or `reject`.
        person_id: the person that was claimed or found, if any.
        details: more of the answer, as JSON knows it; encrypted, and deleted with the person.
        image: the questioned image, where a person must look at it.
        evidence: of the answer, which is counted apart from it; None: it is not.
    """

    kind: str
    outcome: str
    space: str
    model_version: str
    person_id: str | None = None
    policy: str | None = None
    llr: float | None = None
    distance: float | None = None
    gap: float | None = None
    details: Mapping[str, Any] | None = None
    image: StoredImage | None = None
    needs_review: bool = False
    evidence: Evidence | None = None


def add(connection: Connection, vault: Vault, decisions: Sequence[NewDecision]) -> list[str]:
    """Keeps decisions in a transaction that writes, and returns their ids.

    A person who is gone by now is left out.

    Raises:
        KeyChanged: another process changed the encryption key.
    """
    lock(connection, vault)
    people = {one.person_id for one in decisions if one.person_id is not None}
    present = set(connection.scalars(PRESENT, {"ids": list(people)})) if people else set()
    last = connection.scalar(LAST) or 0
    rows = [
        _row(vault, number, decision, is_lost=decision.person_id not in {None, *present})
        for number, decision in enumerate(decisions, last + 1)
    ]
    connection.execute(ADD, rows)
    counted = [
        evidence_counts.row(
            decision.evidence,
            answer=decision.kind,
            space=decision.space,
            model_version=decision.model_version,
            day=row["created"].date(),
        )
        for decision, row in zip(decisions, rows, strict=True)
        if decision.evidence is not None
    ]
    if counted:
        evidence_counts.add(connection, counted)
    return [row["id"] for row in rows]


def _row(vault: Vault, number: int, decision: NewDecision, is_lost: bool) -> dict[str, Any]:
    new_id = str(uuid4())
    details, image = (None, None) if is_lost else (decision.details, decision.image)
    return {
        "id": new_id,
        "number": number,
        "person_id": None if is_lost else decision.person_id,
        "kind": decision.kind,
        "outcome": decision.outcome,
        "policy": decision.policy,
        "llr": decision.llr,
        "distance": decision.distance,
        "gap": decision.gap,
        "space": decision.space,
        "model_version": decision.model_version,
        "details_cipher": vault.encrypt_text(
            None if details is None else json.dumps(details),
            place("decision", "details_cipher", new_id),
        ),
        "image_cipher": None
        if image is None
        else vault.encrypt(image.encoded, place("decision", "image_cipher", new_id)),
        "media_type": None if image is None else image.media_type,
        "status": "review" if decision.needs_review and not is_lost else "final",
        "created": datetime.now(UTC),
    }
