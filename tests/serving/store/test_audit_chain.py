"""Lines of one call follow each other as those of several do."""

from serving.store.audit_chain import Words, extend
from serving.store.store import Store


def test_lines_that_are_added_together_are_one_chain(store: Store) -> None:
    for numbers in (range(1, 4), range(4, 5), range(5, 8)):
        lines = [Words("key", "verify", None, f"outcome {number}") for number in numbers]
        with store.database.connection() as connection:
            assert extend(connection, store.vault, lines) == list(numbers)
    found = store.audit.list().items
    assert [(line.id, line.outcome) for line in found] == [
        (number, f"outcome {number}") for number in range(7, 0, -1)
    ]
    assert store.audit.verify() is None
