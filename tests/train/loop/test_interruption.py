"""Signals that request a stop."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from components.shared.runtime.cli import Terminated
from components.train.loop.interruption import MESSAGE, Stop


@pytest.fixture(autouse=True)
def interrupt_handler() -> Iterator[None]:
    """Python's own handler of Ctrl-C, which a shell's background jobs lack."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def send(number: int) -> None:
    os.kill(os.getpid(), number)


@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
def test_the_first_signal_only_requests_a_stop_and_says_so(
    number: int, kind: type[BaseException], capfd: pytest.CaptureFixture[str]
) -> None:
    with Stop() as stop:
        assert not stop.requested
        send(number)
        assert stop.requested
    assert type(stop.exception()) is kind
    assert capfd.readouterr().err.encode() == MESSAGE


def test_a_second_signal_has_its_ordinary_effect() -> None:
    with Stop() as stop:
        send(signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            send(signal.SIGINT)
    assert stop.requested


def test_the_handlers_before_are_back_afterwards_whether_a_signal_came_or_not() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    with Stop():
        assert signal.getsignal(signal.SIGINT) is not before[0]
    with Stop():
        send(signal.SIGTERM)
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_an_interruptible_block_ends_at_the_signal_and_others_run_to_their_end() -> None:
    events = []
    with Stop() as stop:
        with stop.interruptible():
            events.append("begun")
            send(signal.SIGINT)
            events.append("after the signal")
        events.append("behind the block")
    assert events == ["begun", "behind the block"]
    assert stop.requested


def test_an_interruptible_block_without_a_signal_runs_to_its_end_and_lets_errors_pass() -> None:
    with Stop() as stop:
        with pytest.raises(ValueError, match="an error"), stop.interruptible():
            raise ValueError("an error")
        send(signal.SIGINT)  # behind the block: noted, not raised
        assert stop.requested


def test_in_a_thread_signals_are_left_to_the_main_one() -> None:
    before = signal.getsignal(signal.SIGINT)
    handlers = []

    def enter() -> None:
        with Stop():
            handlers.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert handlers == [before]
