"""SIGTERM and Ctrl-C: the first ends a deployment, and none disturbs what takes it back."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager

from components.shared.runtime.cli import Terminated

SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def handlers_kept() -> Iterator[None]:
    """Puts the handlers of both signals back at the end."""
    handlers = {number: signal.getsignal(number) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)


@contextmanager
def interruptible() -> Iterator[None]:
    """Raises `Terminated` on SIGTERM, by which a pod's task or a job ends, and `KeyboardInterrupt`
    on Ctrl-C. From the first signal on, and from the end on, both are ignored.
    """

    def stop(number: int, _: object) -> None:
        _ignore()
        raise Terminated if number == signal.SIGTERM else KeyboardInterrupt

    for number in SIGNALS:
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, stop)
    try:
        yield
    finally:
        _ignore()


def _ignore() -> None:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
