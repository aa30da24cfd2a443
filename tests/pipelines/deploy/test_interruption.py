"""The two signals that end a deployment."""

import signal
from collections.abc import Iterator

import pytest

from components.shared.runtime.cli import Terminated
from pipelines.deploy import interruption


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    with interruption.handlers_kept():
        yield


@pytest.mark.parametrize(
    ("number", "kind"), [(signal.SIGTERM, Terminated), (signal.SIGINT, KeyboardInterrupt)]
)
def test_the_first_signal_ends_the_work_and_the_next_ones_are_ignored(
    number: signal.Signals, kind: type[BaseException]
) -> None:
    def work() -> None:
        try:
            signal.raise_signal(number)
        finally:
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGINT)
            ended.append(number)

    ended: list[signal.Signals] = []
    with pytest.raises(kind) as stopped, interruption.interruptible():
        work()
    assert type(stopped.value) is kind
    assert ended == [number]


def test_a_ctrl_c_that_the_shell_has_switched_off_stays_off() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruption.interruptible():
        signal.raise_signal(signal.SIGINT)


def test_the_handlers_of_before_are_back_at_the_end() -> None:
    before = [signal.getsignal(number) for number in interruption.SIGNALS]
    with interruption.handlers_kept(), interruption.interruptible():
        pass
    assert [signal.getsignal(number) for number in interruption.SIGNALS] == before
