"""A limit on the decoded pixels that a process holds at once."""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Condition


class PixelBudget:
    """So many pixels may be decoded at once; who asks for more waits for the others, in turn."""

    def __init__(self, total: int) -> None:
        """Creates a budget of `total` pixels, all of them free."""
        self._total = total
        self._free = total
        self._turns: deque[object] = deque()
        self._changed = Condition()

    @contextmanager
    def hold(self, pixels: int) -> Iterator[None]:
        """Holds pixels while the block lasts; one image of more than all waits to be alone."""
        held, turn = min(pixels, self._total), object()
        with self._changed:
            self._turns.append(turn)
            self._changed.wait_for(lambda: self._turns[0] is turn and held <= self._free)
            self._turns.popleft()
            self._free -= held
            self._changed.notify_all()
        try:
            yield
        finally:
            with self._changed:
                self._free += held
                self._changed.notify_all()
