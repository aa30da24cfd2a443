"""Progress in a log: its lines, and how often they come."""

import io
import re
import time

import pytest

from components.shared.runtime.progress import Bar
from components.shared.runtime.progress_lines import Lines, duration, quantity, speed_text


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def logged(
    total: int | None, seconds: float, unit: str = "step", size: int = 1, count: int = 0
) -> list[str]:
    """Returns the lines of work; every update brings `size` units and takes so many seconds."""
    stream, clock = io.StringIO(), Clock()
    with Lines("train", unit, total, stream=stream, clock=clock) as bar:
        for _ in range(count or (total or 0) // size):
            clock.now += seconds
            bar.update(size)
    return stream.getvalue().splitlines()


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
    monkeypatch.setattr("components.shared.runtime.progress_lines.SILENCE", 0.02)
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


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (2.46, "2.5 s"),
        (42, "42 s"),
        (59.6, "1 min 0 s"),
        (150, "2 min 30 s"),
        (11_100, "3 h 5 min"),
    ],
)
def test_a_duration_has_two_units_at_most(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@pytest.mark.parametrize(
    ("speed", "unit", "text"),
    [
        (0, "step", ""),
        (0.25, "step", "4.0 s/step"),
        (1.25, "step", "1.2 steps/s"),
        (40.0, "step", "40 steps/s"),
        (3.25 * 2**20, "B", "3.2 MiB/s"),
    ],
)
def test_a_speed_is_a_number_of_moderate_size(speed: float, unit: str, text: str) -> None:
    assert speed_text(speed, unit) == text


def test_counts_have_the_unit_of_the_largest() -> None:
    assert quantity([40, 220], "step") == "40/220 steps"
    assert quantity([1023], "B") == "1023 B"
    assert quantity([512 << 10, 40 << 20], "B") == "0.5/40.0 MiB"
