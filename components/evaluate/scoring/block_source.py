"""Where comparisons that are too many to hold come from, block by block and as often as they are
asked for.
"""

from typing import Any, NamedTuple, Protocol, Self

import numpy as np
from numpy.typing import NDArray

Floats32 = NDArray[np.float32]
Integers = NDArray[np.integer]

ROWS, COLUMNS = 512, 2048  # a block stays in the cache, and is worth its calls


class Found(NamedTuple):
    """Comparisons of one sort in a block.

    Attributes:
        value: [n] distances, or something that grows with them, within the source's slack.
        position: [n] in the flattened block; None: all of it.
        times: what each counts.
    """

    value: Floats32
    position: Integers | None
    times: int


class Source(Protocol):
    """Genuine comparisons and those with one kind of impostor.

    Attributes:
        blocks: hold each comparison once, `ROWS` · `COLUMNS` at most in one; those that hold
            genuine ones are `own`.
        totals: genuine and impostor comparisons.
        slack: how far a value may lie from the true one.
    """

    blocks: list[Any]
    totals: tuple[int, int]
    slack: float

    def __len__(self) -> int:
        """How many images, or identities, are compared: what a sample's rates vary with."""

    def thinned(self, step: int) -> Self:
        """One of `step`² comparisons, of as many images or identities."""

    def compared(self, block: Any) -> tuple[Found, Found]:
        """The genuine and the impostor comparisons of a block, which last until the thread asks for
        another.
        """

    def distances(self, value: Floats32, block: Integers, position: Integers) -> Floats32:
        """Exact distances [n] of comparisons, by their values and where they are: in which block,
        and where in it.
        """


def every(step: int, of: range, number: int) -> range:
    """Every so manieth of a range, from another one on for each number."""
    return of[number % step :: step]
