"""Entries that wait at once are written together, and none fails another."""

import threading
import time
from collections.abc import Callable, Sequence

from serving.store import trouble
from serving.store.group_commit import GroupCommit
from serving.store.trouble import DatabaseAwayError


class Writes:
    """Groups that were written; the first waits until others are there too."""

    def __init__(
        self, wrong: int | None = None, reason: Callable[[str], Exception] = OSError
    ) -> None:
        self.groups: list[list[int]] = []
        self.refused = 0
        self.group = GroupCommit(self._write)
        self._wrong, self._reason = wrong, reason
        self._may_go_on = threading.Event()

    def _write(self, entries: Sequence[int]) -> list[str]:
        self._may_go_on.wait()
        if self._wrong in entries:
            self.refused += 1
            raise self._reason(f"entry {self._wrong}")
        self.groups.append(list(entries))
        return [f"result {entry}" for entry in entries]

    def add_at_once(self, entries: Sequence[int]) -> dict[int, object]:
        """Adds the first entry, the others while it is being written; returns what came of them."""
        found: dict[int, object] = {}

        def add(entry: int) -> None:
            try:
                found[entry] = self.group.add(entry)
            except (OSError, DatabaseAwayError) as error:
                found[entry] = str(error)

        threads = [threading.Thread(target=add, args=(entry,)) for entry in entries]
        threads[0].start()
        while not self.group._turn.locked() or self.group._waiting:
            time.sleep(0.001)
        for thread in threads[1:]:
            thread.start()
        while len(self.group._waiting) < len(entries) - 1:
            time.sleep(0.001)
        assert found == {}
        self._may_go_on.set()
        for thread in threads:
            thread.join()
        return found


def test_what_comes_while_another_is_written_is_written_together() -> None:
    writes = Writes()
    found = writes.add_at_once(range(8))
    assert [sorted(group) for group in writes.groups] == [[0], [1, 2, 3, 4, 5, 6, 7]]
    assert found == {entry: f"result {entry}" for entry in range(8)}


def test_an_entry_that_cannot_be_written_fails_alone() -> None:
    writes = Writes(wrong=2)
    assert writes.add_at_once(range(4)) == {
        0: "result 0",
        1: "result 1",
        2: "entry 2",
        3: "result 3",
    }
    assert sorted(writes.groups) == [[0], [1], [3]]


def test_entries_that_met_another_change_are_written_each_by_itself() -> None:
    def conflict(told: str) -> DatabaseAwayError:
        return DatabaseAwayError(told, trouble.CONFLICT)

    found = Writes(wrong=2, reason=conflict).add_at_once(range(4))
    assert found == {0: "result 0", 1: "result 1", 2: "entry 2", 3: "result 3"}


def test_entries_that_may_be_committed_already_are_not_written_once_more() -> None:
    writes = Writes(wrong=2, reason=DatabaseAwayError)
    found = writes.add_at_once(range(4))
    assert found == {0: "result 0", 1: "entry 2", 2: "entry 2", 3: "entry 2"}
    assert (writes.groups, writes.refused) == ([[0]], 1)


def test_an_entry_is_there_when_its_caller_goes_on() -> None:
    written: list[int] = []

    def write(entries: Sequence[int]) -> list[int]:
        written.extend(entries)
        return [len(written)]

    group = GroupCommit(write)
    assert [group.add(entry) for entry in (5, 7)] == [1, 2]


def test_the_failure_of_a_lone_entry_is_its_callers() -> None:
    assert Writes(wrong=3).add_at_once([3]) == {3: "entry 3"}
