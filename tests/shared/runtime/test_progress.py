"""Progress on terminals and in logs: what is shown, and how often."""

import io
import os
import pty
import re
import subprocess
import sys
import termios
import time
from collections.abc import Callable

import pytest

from components.shared.runtime.progress import Bar, Lines, progress_bar, track
from tests.conftest import PROJECT

HUNDRED = """
import sys, time
from components.shared.runtime.progress import progress_bar
with progress_bar("work", "image", 100) as bar:
    for number in range(100):
        time.sleep(0.002)
        bar.set_postfix_str(f"number {number}")
        bar.update()
"""


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def logged(
    total: int | None, seconds: float, unit: str = "step", size: int = 1, count: int = 0
) -> list[str]:
    """The lines of work whose every update brings `size` units and takes so many seconds."""
    stream, clock = io.StringIO(), Clock()
    with Lines("train", unit, total, stream=stream, clock=clock) as bar:
        for _ in range(count or (total or 0) // size):
            clock.now += seconds
            bar.update(size)
    return stream.getvalue().splitlines()


def environment(**changes: str) -> dict[str, str]:
    names = ("PROGRESS", "NO_COLOR", "TQDM_COLOUR", "TQDM_DISABLE")
    inherited = {name: value for name, value in os.environ.items() if name not in names}
    return {**inherited, "PYTHONPATH": str(PROJECT), **changes}


def on_a_terminal(script: str, **changes: str) -> str:
    """All that a process writes to a pseudo-terminal."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(ours, (24, 100))
    command = [sys.executable, "-c", script]
    with subprocess.Popen(
        command, stdout=theirs, stderr=theirs, env=environment(**changes)
    ) as process:
        os.close(theirs)
        content = b""
        try:
            while chunk := os.read(ours, 4096):
                content += chunk
        except OSError:  # Linux's end of a terminal
            pass
    os.close(ours)
    assert process.returncode == 0, content
    return content.decode()


def in_a_pipe(script: str, **changes: str) -> str:
    """All that a process writes to stderr, a pipe."""
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment(**changes), capture_output=True, check=True
    )
    assert done.stdout == b""
    return done.stderr.decode()


def test_a_terminal_gets_one_bar_that_moves() -> None:
    text = on_a_terminal(HUNDRED)
    assert text.count("\n") == 1
    assert text.count("\r") > 3
    assert "100%|" in text
    assert "100/100" in text


def test_a_log_gets_lines_without_carriage_returns_and_escape_sequences() -> None:
    text = in_a_pipe(HUNDRED)
    assert "\r" not in text
    assert "\x1b" not in text
    assert text.endswith("\n")
    last = text.splitlines()[-1]
    assert re.fullmatch(
        r"work  100/100 images, 100 %, number 99, \d+ images/s, took \d\.\d s", last
    )


@pytest.mark.parametrize("run", [on_a_terminal, in_a_pipe])
def test_quiet_shows_nothing(run: Callable[..., str]) -> None:
    assert run(HUNDRED, PROGRESS="quiet") == ""


def test_no_colour_on_a_terminal_where_none_is_wanted() -> None:
    assert "\x1b[" in on_a_terminal(HUNDRED, TQDM_COLOUR="green")
    for changes in ({"NO_COLOR": "1"}, {"NO_COLOR": "1", "TQDM_COLOUR": "green"}):
        assert "\x1b[" not in on_a_terminal(HUNDRED, **changes)


def test_hidden_progress_writes_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar("embed", "image", 3, shown=False) as bar:
        bar.set_postfix_str("text")
        bar.update(3)
    assert capsys.readouterr() == ("", "")


def test_tracked_items_come_unchanged_and_are_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert list(track("abc", "unpack", "file", 3)) == ["a", "b", "c"]
    assert capsys.readouterr().err.startswith("unpack  3/3 files, 100 %")


def test_a_line_says_where_the_work_is_how_fast_and_how_long_it_still_takes() -> None:
    stream, clock = io.StringIO(), Clock()
    with Lines("train", "step", 220, initial=39, stream=stream, clock=clock) as bar:
        clock.now = 20.0  # the first step compiles
        bar.update()
        clock.now = 50.0
        bar.set_postfix_str("loss 0.41")
        bar.update(36)
    assert stream.getvalue().splitlines() == [
        "train  40/220 steps, 18 %, after 20 s",
        "train  76/220 steps, 34 %, loss 0.41, 1.2 steps/s, 2 min 0 s left",  # 36 in 30 s; 144 left
        "train  76/220 steps, 34 %, loss 0.41, 1.2 steps/s, took 50 s",
    ]


@pytest.mark.parametrize(
    ("total", "seconds", "most"),
    [
        (1000, 0.0001, 1),  # 0.1 s in all: only the last line
        (1000, 0.01, 11),  # 10 s: the first line, nine tenths, the last
        (5, 2.0, 6),
        (1000, 3.0, 11 + 100),  # 3,000 s
        (100_000, 0.1, 11 + 333),  # 10,000 s
    ],
)
def test_lines_are_few_and_the_last_is_always_there(total: int, seconds: float, most: int) -> None:
    lines = logged(total, seconds)
    assert 1 <= len(lines) <= most
    assert lines[-1].startswith(f"train  {total}/{total} steps, 100 %, ")
    assert "took" in lines[-1]
    assert not any("100 %" in line for line in lines[:-1])


def test_a_line_comes_at_every_tenth_of_fast_work_and_every_30_s_of_slow_work() -> None:
    percents = [int(line.split(" %")[0].split()[-1]) for line in logged(100, 0.25)]
    assert percents == [4, 10, 20, 30, 40, 50, 60, 70, 80, 90, 100]  # nothing in the first second
    slow = [line.split(",")[0] for line in logged(1000, 20.0)]
    assert slow[:4] == [f"train  {count}/1000 steps" for count in (1, 3, 5, 7)]


def test_bytes_are_shown_in_mebibytes() -> None:
    lines = logged(40 << 20, 2.0, "B", 4 << 20)
    assert lines[1] == "train  8.0/40.0 MiB, 20 %, 2.0 MiB/s, 16 s left"
    assert lines[-1] == "train  40.0/40.0 MiB, 100 %, 2.0 MiB/s, took 20 s"
    assert logged(600, 1.0, "B", 600) == ["train  600/600 B, 100 %, took 1.0 s"]


def test_an_unknown_total_has_neither_percentage_nor_time_left() -> None:
    lines = logged(None, 10.0, "B", 512 << 10, count=7)
    assert lines == [
        "train  512.0 KiB, after 10 s",
        "train  2.0 MiB, 51.2 KiB/s, after 40 s",
        "train  3.5 MiB, 51.2 KiB/s, after 1 min 10 s",
        "train  3.5 MiB, 51.2 KiB/s, took 1 min 10 s",
    ]


def test_slow_steps_are_given_in_seconds_each() -> None:
    assert ", 40.0 s/step, 1 min 20 s left" in logged(4, 40.0)[1]


def test_uneven_phases_each_get_a_line_when_they_begin_without_speed_and_time_left() -> None:
    stream, clock = io.StringIO(), Clock()
    with Lines("freeze", "phase", 3, even=False, stream=stream, clock=clock) as bar:
        for number, phase in enumerate(("read", "export", "log")):
            bar.set_postfix_str(phase)
            bar.update(1 if number else 0)
            clock.now += 0.5
        bar.update()
    assert stream.getvalue().splitlines() == [
        "freeze  0/3 phases, 0 %, read, after 0.0 s",
        "freeze  1/3 phases, 33 %, export, after 0.5 s",
        "freeze  2/3 phases, 66 %, log, after 1.0 s",
        "freeze  3/3 phases, 100 %, log, took 1.5 s",
    ]


def test_work_that_fails_ends_with_a_line_that_says_how_far_it_came() -> None:
    stream = io.StringIO()
    with (
        pytest.raises(RuntimeError),
        Lines("train", "step", 220, stream=stream, clock=Clock()) as bar,
    ):
        bar.update(40)
        raise RuntimeError
    assert stream.getvalue() == "train  40/220 steps, 18 %, stopped after 0.0 s\n"


def test_nothing_to_do_is_not_worth_a_line() -> None:
    assert logged(0, 1.0) == []


def test_silence_is_broken_while_a_step_takes_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("components.shared.runtime.progress.SILENCE", 0.02)
    stream = io.StringIO()
    with Lines("train", "step", 220, stream=stream):
        deadline = time.monotonic() + 10
        while stream.getvalue().count("\n") < 3 and time.monotonic() < deadline:
            time.sleep(0.005)
    for line in stream.getvalue().splitlines()[:-1]:
        assert re.fullmatch(r"train  0/220 steps, 0 %, after \d\.\d s", line)
    assert stream.getvalue().count("\n") >= 4


def test_nested_progress_leaves_whole_lines() -> None:
    stream, clock = io.StringIO(), Clock()

    def work(bar: Bar, inner: Bar) -> None:
        for _ in range(2):
            clock.now += 1
            inner.update()
        bar.update()

    with Lines("outer", "file", 3, stream=stream, clock=clock) as bar:
        for _ in range(3):
            with Lines("inner", "image", 2, stream=stream, clock=clock) as inner:
                work(bar, inner)
    pattern = re.compile(r"(outer  \d/3 files|inner  \d/2 images), \d+ %, .+")
    assert all(pattern.fullmatch(line) for line in stream.getvalue().splitlines())
