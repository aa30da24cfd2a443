"""Progress of long work on stderr: a moving bar on a terminal, plain lines in a log."""

import os
import sys
from collections.abc import Iterable, Iterator
from types import TracebackType
from typing import Protocol, Self, TypeVar

from components.shared.runtime.progress_lines import Lines

T = TypeVar("T")
VARIABLE = "PROGRESS"  # an environment variable reaches the processes of stages and tasks too
QUIET = "quiet"


class Bar(Protocol):
    """Progress that is shown while a `with` block lasts."""

    def update(self, n: int = 1, /) -> object:
        """Counts `n` more."""

    def set_postfix_str(self, s: str = "", /) -> object:
        """Sets the text that stands beside the count."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
        /,
    ) -> object: ...


def is_quiet() -> bool:
    """Returns True where PROGRESS=quiet hides all progress."""
    return os.environ.get(VARIABLE) == QUIET


def progress_bar(
    label: str,
    unit: str,
    total: int | None,
    *,
    initial: int = 0,
    even: bool = True,
    visible: bool = True,
) -> Bar:
    """Creates a bar where stderr is a terminal, lines elsewhere, nothing visible if PROGRESS=quiet.

    Args:
        label: the work's name, as in "train".
        unit: of the count, in the singular; "B" for bytes.
        total: the count at the end; None where it is unknown.
        initial: the count at the beginning, where earlier work is continued.
        even: whether each unit takes about the same time; lines show speed and time left only then.
        visible: False hides it.
    """
    hidden = not visible or is_quiet()
    if not hidden and not sys.stderr.isatty():
        return Lines(label, unit, total, initial=initial, even=even, stream=sys.stderr)
    from tqdm import tqdm

    if hidden:
        return tqdm(disable=True)
    return tqdm(
        desc=label,
        unit=unit,
        unit_scale=unit == "B",
        total=total,
        initial=initial,
        file=sys.stderr,
        colour=None if os.environ.get("NO_COLOR") else os.environ.get("TQDM_COLOUR"),
    )


def track(items: Iterable[T], label: str, unit: str, total: int) -> Iterator[T]:
    """Yields items and shows how many of them are done."""
    with progress_bar(label, unit, total) as bar:
        for item in items:
            yield item
            bar.update()
