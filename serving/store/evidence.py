"""The evidence of the service's answers, as counts alone: no person, no image, no single answer."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from typing import Any, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, Executable, func, select

from components.shared.model import bundle
from components.shared.verification.distributions import BINS, bins
from serving.store.database import Database
from serving.store.tables import EvidenceRow, table_of

TABLE = table_of(EvidenceRow)


class Evidence(NamedTuple):
    """The evidence of one answer.

    Attributes:
        kind: of impostor that decided, `skilled` or `random`.
        references: how many the claim had.
        value: natural log-likelihood ratio, before it is bounded.
    """

    kind: str
    references: int
    value: float


class ClaimKind(NamedTuple):
    """The kind of impostor and the number of references of claims."""

    kind: str
    references: int


ServedCounts: TypeAlias = Mapping[ClaimKind, NDArray[np.int64]]
"""Counts [`BINS`] of evidence, by kind of claim."""


class EvidenceCounts:
    """The counts of a store, by day, model, kind of answer and of claim, and bin of evidence."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def served(self, model_version: str, since: date, answer: str = "verify") -> ServedCounts:
        """Returns the counts of a model's answers from a day on; kinds without any are absent.

        Earlier releases counted under the short version.
        """
        number = func.sum(EvidenceRow.number)
        query = (
            select(EvidenceRow.kind, EvidenceRow.references, EvidenceRow.bin, number)
            .where(
                EvidenceRow.model_version.in_([model_version, bundle.short(model_version)]),
                EvidenceRow.answer == answer,
                EvidenceRow.day >= since.isoformat(),
            )
            .group_by(EvidenceRow.kind, EvidenceRow.references, EvidenceRow.bin)
            .order_by(EvidenceRow.kind, EvidenceRow.references, EvidenceRow.bin)
        )
        counts: dict[ClaimKind, NDArray[np.int64]] = {}
        with self._database.reading() as session:
            for kind, references, place, total in session.execute(query):
                claim = ClaimKind(kind, references)
                counts.setdefault(claim, np.zeros(BINS, np.int64))[place] = int(total)
        return counts


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    """Counts the evidence of answers, rows of `row`, in the transaction that keeps the answers."""
    connection.execute(_count(connection.dialect.name), rows)


@cache
def _count(dialect: str) -> Executable:
    """Returns the statement that counts a row; PostgreSQL's is loaded where it is asked for."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert
    else:
        from sqlalchemy.dialects.sqlite import insert  # type: ignore[assignment]

    return insert(TABLE).on_conflict_do_update(
        index_elements=list(TABLE.primary_key), set_={"number": TABLE.c.number + 1}
    )


def row(
    evidence: Evidence, answer: str, space: str, model_version: str, day: date
) -> Mapping[str, Any]:
    """Returns what `add` takes for the evidence of one answer."""
    return {
        "day": day.isoformat(),
        "model_version": model_version,
        "answer": answer,
        "kind": evidence.kind,
        "references": evidence.references,
        "bin": int(bins(evidence.value)),
        "space": space,
        "number": 1,
    }
