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
    """A context in which the first SIGINT or SIGTERM only requests a stop; a second one has its
    ordinary effect.

    Attributes:
        requested: whether the training is to stop.
    """

    def __init__(self) -> None:
        self.requested = False
        self._terminated = False
        self._interruptible = False
        self._handlers: dict[int, Any] = {}

    def exception(self) -> KeyboardInterrupt:
        """Returns the exception with which the training ends: `Terminated` after SIGTERM."""
        return Terminated() if self._terminated else KeyboardInterrupt()

    @contextmanager
    def interruptible(self) -> Iterator[None]:
        """Marks a block that the first signal ends at once, without an exception.

        Such a block changes nothing and can be repeated.
        """
        self._interruptible = True
        try:
            yield
        except _Interruption:
            pass
        finally:
            self._interruptible = False

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            self._handlers = {number: signal.signal(number, self._request) for number in SIGNALS}
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._restore_handlers()

    def _request(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        self._terminated = number == signal.SIGTERM
        self._restore_handlers()
        # Not through sys.stderr: the signal may have arrived during a write to it.
        os.write(2, MESSAGE)
        if self._interruptible:
            raise _Interruption

    def _restore_handlers(self) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self._handlers = {}


class _Interruption(BaseException):
    """The end of a block that is interruptible."""
