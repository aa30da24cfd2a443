"""The journal: a decision and its line of the audit are there together, or neither is."""

from contextlib import AbstractContextManager
from typing import Any

import pytest
from sqlalchemy import Connection, update

from serving.store import audit_chain
from serving.store.audit_chain import Words
from serving.store.errors import KeyChanged
from serving.store.journal import Entry, Journal, Written
from serving.store.store import Store
from serving.store.tables import VaultRow
from tests.serving.store.examples import doubtful

LINE = Words("key", "verify", None, "review", "r1", "v1")


def test_entries_of_a_group_are_one_transaction(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    transactions = []
    begin = store.database.connection

    def counted() -> AbstractContextManager[Connection]:
        transactions.append(1)
        return begin()

    monkeypatch.setattr(store.database, "connection", counted)
    journal = Journal(store.database, store.vault)
    entries = [Entry(LINE), Entry(LINE, doubtful(None, 900)), Entry(None, doubtful(None, 901))]
    written = journal._write(entries)
    assert len(transactions) == 1
    decisions = [one.id for one in store.decisions.list().items]
    assert written == [Written(1, None), Written(2, decisions[0]), Written(None, decisions[1])]
    assert store.audit.verify() is None


def test_a_decision_without_its_line_is_not_kept(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> list[int]:
        raise OSError("disk full")

    monkeypatch.setattr(audit_chain, "extend", full)
    with pytest.raises(OSError, match="disk full"):
        store.decisions.add(doubtful(None), LINE)
    assert store.decisions.list().items == []


def test_a_changed_key_refuses_decisions_but_no_line(store: Store) -> None:
    with store.database.writing() as session:
        session.execute(update(VaultRow).values(generation=VaultRow.generation + 1))
    with pytest.raises(KeyChanged):
        store.decisions.add(doubtful(None), LINE)
    assert store.audit.append("key", "delete", None, "done") == 1
