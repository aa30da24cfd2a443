"""Progress in a log: plain lines, few of them."""

import time
from collections.abc import Callable
from threading import Event, Lock, Thread
from types import TracebackType
from typing import Self, TextIO

SILENCE = 30.0  # seconds without a line in a log, at most
PAUSE = 1.0  # seconds between two lines, at least: short work leaves nothing but its last line
TENTHS = 10
BYTES = ("B", "KiB", "MiB", "GiB", "TiB")


class Lines:
    """Progress as lines: one at every tenth of the total, after 30 s without, and at the end.

    Args:
        label: as for `progress_bar`, with `unit`, `total`, `initial` and `even`.
        stream: of the log.
        clock: the time in seconds.
    """

    def __init__(
        self,
        label: str,
        unit: str,
        total: int | None,
        *,
        initial: int = 0,
        even: bool = True,
        stream: TextIO,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._label, self._unit, self._total, self._even = label, unit, total, even
        self._stream, self._clock = stream, clock
        self._count, self._postfix = initial, ""
        self._begin = self._printed = clock()
        self._tenth = -1
        # Time and count after the first update, which may compile: speed is measured from there.
        self._first: tuple[float, int] | None = None
        self._lock, self._over = Lock(), Event()

    def update(self, n: int = 1, /) -> None:
        """Counts `n` more."""
        with self._lock:
            now = self._clock()
            self._count += n
            if n and self._first is None:
                self._first = now, self._count
            if self._count != self._total and self._is_due(now - self._printed):
                self._print(now, self._remaining(now))

    def set_postfix_str(self, s: str = "", /) -> None:
        """Sets the text that stands beside the count."""
        self._postfix = s

    def __enter__(self) -> Self:
        Thread(target=self._break_silence, name="progress", daemon=True).start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> None:
        with self._lock:
            self._over.set()
            if self._total != 0:
                now = self._clock()
                verb = "stopped after" if kind else "took"
                self._print(now, f"{verb} {duration(now - self._begin)}")

    def _is_due(self, silence: float) -> bool:
        has_tenth = self._tenths() > self._tenth and (silence >= PAUSE or not self._even)
        return has_tenth or silence >= SILENCE

    def _break_silence(self) -> None:
        """Prints a line whenever there has been none for 30 s, as in a step that compiles."""
        while not self._over.wait(max(0.0, self._printed + SILENCE - self._clock())):
            with self._lock:
                now = self._clock()
                if now - self._printed >= SILENCE and not self._over.is_set():
                    self._print(now, self._remaining(now))

    def _print(self, now: float, ending: str) -> None:
        self._printed, self._tenth = now, self._tenths()
        counts = [self._count] if self._total is None else [self._count, self._total]
        percent = f"{100 * self._count // self._total} %" if self._total else ""
        speed = speed_text(self._speed(now), self._unit)
        parts = [quantity(counts, self._unit), percent, self._postfix, speed, ending]
        self._stream.write(f"{self._label}  {', '.join(filter(None, parts))}\n")
        self._stream.flush()

    def _remaining(self, now: float) -> str:
        speed = self._speed(now)
        if self._total in {None, self._count} or not speed:
            return f"after {duration(now - self._begin)}"
        return f"{duration((self._total - self._count) / speed)} left"

    def _speed(self, now: float) -> float:
        """Returns units a second since the first update; 0 where that is unknown."""
        begin, count = self._first or (now, 0)
        return (self._count - count) / (now - begin) if self._even and now > begin else 0.0

    def _tenths(self) -> int:
        return TENTHS * self._count // self._total if self._total else 0


def quantity(counts: list[int] | list[float], unit: str) -> str:
    """Returns counts with their unit: "40/220 steps" or "12.5/40.0 MiB"."""
    if unit != "B":
        return f"{'/'.join(map(str, counts))} {unit}s"
    power = min(max(int(max(counts)).bit_length() - 1, 0) // 10, len(BYTES) - 1)
    scaled = [f"{count / 1024**power:.{min(power, 1)}f}" for count in counts]
    return f"{'/'.join(scaled)} {BYTES[power]}"


def speed_text(speed: float, unit: str) -> str:
    """Returns a speed as "1.2 steps/s", "4.0 s/step" or "3.1 MiB/s"; nothing where it is 0."""
    if not speed:
        return ""
    if unit == "B":
        return f"{quantity([speed], unit)}/s"
    if speed < 1:
        return f"{1 / speed:.1f} s/{unit}"
    return f"{speed:.{1 if speed < 10 else 0}f} {unit}s/s"


def duration(seconds: float) -> str:
    """Returns a duration as "2.5 s", "42 s", "2 min 30 s" or "3 h 5 min"."""
    if seconds < 10:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
