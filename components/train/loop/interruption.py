"""Ctrl-C and SIGTERM: a training finishes its step and writes a checkpoint before it stops."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self

from components.shared.runtime.cli import Terminated

MESSAGE = b"\nstopping after this step, with a checkpoint; once more to stop at once\n"
SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """While it is entered, the first SIGINT or SIGTERM is only noted; a second one has its ordinary
    effect.

    Attributes:
        asked: whether the training is to stop.
    """

    def __init__(self) -> None:
        self.asked = False
        self._terminated = False
        self._may_cut = False
        self._before: dict[int, Any] = {}

    def reason(self) -> KeyboardInterrupt:
        """The exception with which the training ends."""
        return Terminated() if self._terminated else KeyboardInterrupt()

    @contextmanager
    def may_cut_short(self) -> Iterator[None]:
        """A block that a signal ends at once, quietly: one that changes nothing and can be done
        again.
        """
        self._may_cut = True
        try:
            yield
        except _Cut:
            pass
        finally:
            self._may_cut = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._before = {number: signal.signal(number, self._note) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._give_back()

    def _note(self, number: int, frame: FrameType | None) -> None:
        self.asked, self._terminated = True, number == signal.SIGTERM
        self._give_back()
        # Not through sys.stderr, in a write to which the signal may have come.
        os.write(2, MESSAGE)
        if self._may_cut:
            raise _Cut

    def _give_back(self) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._before = {}


class _Cut(BaseException):
    """Ends a block that may be cut short."""
