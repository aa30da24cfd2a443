"""The audit: a chain of lines in which every change is found."""

import threading

import pytest
from sqlalchemy import delete, select, update

from serving.store.errors import Unknown
from serving.store.store import Store, open_store
from serving.store.tables import AuditHeadRow, AuditRow
from tests.serving.store.examples import KEY, enrol


def write(store: Store, lines: int) -> None:
    for number in range(lines):
        store.audit.append("key", "verify", f"person {number}", "accept", f"r{number}", "v1")


def test_lines_are_listed_the_newest_first_in_pages(store: Store) -> None:
    write(store, 5)
    first = store.audit.list(limit=2)
    write(store, 1)
    second = store.audit.list(limit=2, cursor=first.next)
    third = store.audit.list(limit=2, cursor=second.next)
    ids = [line.id for line in first.items + second.items + third.items]
    assert ids == [5, 4, 3, 2, 1]
    assert third.next is None
    line = first.items[0]
    assert (line.key_id, line.action, line.person_id) == ("key", "verify", "person 4")
    assert (line.outcome, line.request_id, line.model_version) == ("accept", "r4", "v1")
    with pytest.raises(Unknown):
        store.audit.list(cursor="x")


def test_an_untouched_audit_is_whole(store: Store) -> None:
    assert store.audit.verify() is None
    write(store, 4)
    assert store.audit.verify() is None


@pytest.mark.parametrize("line", [1, 3, 5])
def test_s17_a_removed_line_is_found_the_last_one_too(store: Store, line: int) -> None:
    write(store, 5)
    with store.database.writing() as session:
        session.execute(delete(AuditRow).where(AuditRow.id == line))
    assert store.audit.verify() == line


@pytest.mark.parametrize(
    "column", ["at", "key_id", "action", "person_id", "outcome", "request_id", "model_version"]
)
def test_a_changed_line_is_found(store: Store, column: str) -> None:
    write(store, 4)
    with store.database.writing() as session:
        old, other = (session.get_one(AuditRow, number) for number in (2, 3))
        value = other.at if column == "at" else "else"
        session.execute(update(AuditRow).where(AuditRow.id == old.id).values({column: value}))
    assert store.audit.verify() == 2


def test_an_end_that_was_removed_with_its_mark_does_not_fit_the_hash(store: Store) -> None:
    write(store, 4)
    with store.database.writing() as session:
        session.execute(delete(AuditRow).where(AuditRow.id == 4))
        session.execute(update(AuditHeadRow).values(lines=3))
    assert store.audit.verify() == 4


def test_lines_of_many_at_once_are_one_chain(url: str) -> None:
    stores = [open_store(url, KEY), open_store(url, KEY)]
    threads = [threading.Thread(target=write, args=(store, 10)) for store in stores * 2]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert stores[0].audit.verify() is None
    assert [line.id for line in stores[1].audit.list(limit=50).items] == list(range(40, 0, -1))
    for store in stores:
        store.close()


def test_s17_lines_stay_when_their_person_is_deleted(store: Store) -> None:
    person = enrol(store, "Ada", 1)
    store.audit.append("key", "enrol", person.id, "created")
    store.people.delete(person.id)
    assert [line.person_id for line in store.audit.list().items] == [person.id]
    assert store.audit.verify() is None


def test_s17_lines_have_no_place_for_personal_data() -> None:
    assert set(AuditRow.__table__.columns.keys()) == {
        "id",
        "at",
        "key_id",
        "action",
        "person_id",
        "outcome",
        "request_id",
        "model_version",
        "previous",
        "hash",
    }


def test_a_forger_without_the_key_makes_no_line(url: str) -> None:
    store = open_store(url, KEY)
    write(store, 1)
    with store.database.writing() as session:
        row = session.scalars(select(AuditRow)).one()
        row.hash = bytes(32)
        session.execute(update(AuditHeadRow).values(hash=bytes(32)))
    assert store.audit.verify() == 1
    store.close()
