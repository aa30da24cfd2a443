"""Retention: what is older than it may be is removed, from the files too."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from serving.store import retention
from serving.store.store import Store, open_store
from serving.store.tables import IdempotencyRow
from tests.serving.store.examples import SPACE, doubtful, enrol, keep, picture, repeatable


def test_s18_images_and_decisions_go_after_their_days(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    decision_id = store.decisions.add(doubtful(person.id))
    now = datetime.now(UTC)
    soon, late = now + timedelta(days=29), now + timedelta(days=31)
    assert retention.carry_out(store.database, 30, 90, soon) == (0, 0)
    assert retention.carry_out(store.database, None, None, late) == (0, 0)
    assert retention.carry_out(store.database, 30, 90, late) == (2, 0)
    kept = store.people.get(person.id)
    assert not kept.references[0].has_image
    assert len(store.people.vectors(person.id, SPACE)) == 1
    assert not store.decisions.get(decision_id).has_image
    assert retention.carry_out(store.database, 30, 30, late) == (0, 1)
    assert store.decisions.list().items == []


def test_answers_that_expired_are_removed(store: Store) -> None:
    keep(store, repeatable(), b"x")
    retention.carry_out(store.database, None, None)
    assert store.transactions.answer_to(repeatable()) == (201, b"x")
    retention.carry_out(store.database, None, None, datetime.now(UTC) + timedelta(days=2))
    with store.database.reading() as session:
        assert session.get(IdempotencyRow, ("desk", "a")) is None


def test_removed_images_are_in_no_file(tmp_path: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path / 'a.db'}", keep_images=True)
    enrol(store, "Ada", 1)
    store.decisions.add(doubtful(None, 2))
    later = datetime.now(UTC) + timedelta(days=2)
    assert retention.carry_out(store.database, 1, None, later).images == 2
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        assert picture(1)[100:116] not in content
        assert picture(2)[100:116] not in content
    store.close()
