"""Counts of evidence: kept with each answer, of nobody, and summed by kind of claim."""

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import numpy as np
from sqlalchemy import select

from components.shared.verification.distributions import BINS, count
from serving.store import retention
from serving.store.decision_rows import NewDecision
from serving.store.evidence import ClaimKind, Evidence
from serving.store.store import Store
from serving.store.tables import EvidenceRow, Table
from tests.serving.store.examples import doubtful, enrol

TODAY = datetime.now(UTC).date()
ONE, THREE = ClaimKind("skilled", 1), ClaimKind("skilled", 3)


def answered(value: float, references: int = 1, version: str = "v1") -> NewDecision:
    evidence = Evidence("skilled", references, value)
    return NewDecision("verify", "accept", "s", version, evidence=evidence)


def test_evidence_is_counted_by_kind_of_claim_and_model(store: Store) -> None:
    values = np.random.default_rng(0).normal(0, 9, 40)
    for value in values:
        store.decisions.add(answered(value))
    store.decisions.add(answered(1.0, references=3))
    store.decisions.add(answered(1.0, version="v2"))
    store.decisions.add(NewDecision("verify", "accept", "s", "v1"))
    served = store.evidence.served("v1", TODAY)
    assert set(served) == {ONE, THREE}
    assert tuple(served[ONE]) == count(values)
    assert tuple(served[THREE]) == count([1.0])
    assert len(served[ONE]) == BINS
    assert store.evidence.served("v3", TODAY) == {}
    assert store.evidence.served("v1", TODAY, "identify") == {}


def test_what_earlier_releases_counted_under_a_short_version_still_counts(store: Store) -> None:
    version, collides = "0123456789ab" + 52 * "0", "0123456789ab" + 52 * "1"
    for name in (version, version, version[:12], collides):
        store.decisions.add(answered(1.0, version=name))
    assert store.evidence.served(version, TODAY)[ONE].sum() == 3


def test_days_before_the_asked_one_are_left_out(store: Store) -> None:
    store.decisions.add(answered(1.0))
    with store.database.writing() as session:
        [row] = session.scalars(select(EvidenceRow))
        assert date.fromisoformat(row.day) == TODAY
        row.day = (TODAY - timedelta(days=8)).isoformat()
    assert store.evidence.served("v1", TODAY - timedelta(days=7)) == {}
    assert store.evidence.served("v1", TODAY - timedelta(days=8))[ONE].sum() == 1


def test_two_at_once_are_both_counted(store: Store) -> None:
    def add() -> None:
        for _ in range(5):
            store.decisions.add(answered(0.1))

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.evidence.served("v1", TODAY)[ONE].max() == 20


def test_counts_name_nobody_and_stay_when_people_and_decisions_go(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    evidence = Evidence("skilled", 1, 2.0)
    store.decisions.add(replace(doubtful(person.id), evidence=evidence))
    columns = set(Table.metadata.tables["evidence"].columns.keys())
    assert columns == {
        "day", "model_version", "space", "answer", "kind", "references", "bin", "number",
    }  # fmt: skip
    store.people.delete(person.id)
    retention.carry_out(store.database, 0, 0, datetime.now(UTC) + timedelta(days=1))
    assert store.decisions.list().items == []
    assert store.evidence.served("v1", TODAY)[ONE].sum() == 1
