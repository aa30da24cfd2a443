"""Reading people takes a few queries, however many they are."""

from sqlalchemy import event

from serving.store.store import Store
from tests.serving.store.examples import enrol


def test_a_page_of_many_takes_as_many_queries_as_a_page_of_one(store: Store) -> None:
    for number in range(12):
        enrol(store, f"P{number}", 2 * number, 2 * number + 1)
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(store.database.engine, "before_cursor_execute", note)
    counts = []
    for limit in (1, 12):
        statements.clear()
        assert len(store.people.search(limit=limit).items) == limit
        counts.append(len([each for each in statements if each.startswith("SELECT")]))
    event.remove(store.database.engine, "before_cursor_execute", note)
    assert counts[0] == counts[1]
