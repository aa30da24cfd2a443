"""Writes of many callers, committed together: a commit costs more than what is written by it."""

from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

from serving.store.trouble import DatabaseAwayError

T = TypeVar("T")
R = TypeVar("R")


class _Waiting(NamedTuple, Generic[T, R]):
    """An entry that is not committed; `result` is there as soon as it is."""

    entry: T
    result: Future[R]


class GroupCommit(Generic[T, R]):
    """Entries that wait at once are written in one transaction; a lone one waits for nobody."""

    def __init__(self, write: Callable[[Sequence[T]], Sequence[R]]) -> None:
        """Takes what writes entries, all or none of them, and returns a result of each."""
        self._write = write
        self._waiting: deque[_Waiting[T, R]] = deque()
        self._turn = Lock()

    def add(self, entry: T) -> R:
        """Writes an entry, and returns its result when it is committed."""
        own: _Waiting[T, R] = _Waiting(entry, Future())
        self._waiting.append(own)
        with self._turn:
            if not own.result.done():  # else another caller's turn has committed it
                count = len(self._waiting)
                self._commit([self._waiting.popleft() for _ in range(count)])
        return own.result.result()

    def _commit(self, group: Sequence[_Waiting[T, R]]) -> None:
        """Commits entries together; where that fails each by itself, so that none fails another."""
        try:
            results = self._write([one.entry for one in group])
        except BaseException as error:
            if len(group) == 1 or _may_be_committed(error):
                for one in group:
                    one.result.set_exception(error)
                return
            for one in group:
                self._commit([one])
        else:
            for one, result in zip(group, results, strict=True):
                one.result.set_result(result)


def _may_be_committed(error: BaseException) -> bool:
    """Tells whether entries may be there all the same, so that nobody writes them once more."""
    return isinstance(error, DatabaseAwayError) and not error.trouble.is_undone
