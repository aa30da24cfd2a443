"""Parts of a curve over a source's values: what lies in bands of them, and how many comparisons lie
below.
"""

import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from components.evaluate.scoring.block_source import (
    COLUMNS,
    ROWS,
    Floats32,
    Found,
    Integers,
    Source,
)

Band = tuple[np.float32, np.float32]
NOWHERE = np.zeros(0, np.int32)
INFINITY = np.float32(np.inf)


class Side(NamedTuple):
    """Comparisons of one sort within a band.

    Attributes:
        value: [n] as the source has them.
        block: [n] number of the block.
        position: [n] in the flattened block.
        below: how many lie below the band.
        total: how many there are in all.
    """

    value: Floats32
    block: Integers
    position: Integers
    below: int
    total: int


class Stretch:
    """A part of the curve over a source's values."""

    def __init__(self, genuine: Side, impostor: Side) -> None:
        self.genuine, self.impostor = genuine, impostor
        self._sorted = np.sort(genuine.value), np.sort(impostor.value)

    def rates(self, value: np.float32) -> tuple[float, float]:
        """FAR and FRR where it is the threshold."""
        accepted, falsely = (
            side.below + int(np.searchsorted(values, value, side="right"))
            for side, values in zip((self.genuine, self.impostor), self._sorted, strict=True)
        )
        return falsely / self.impostor.total, (self.genuine.total - accepted) / self.genuine.total

    def first(self, holds: Callable[[float, float], bool]) -> np.float32:
        """The least value whose FAR and FRR satisfy this; ∞ where none does."""
        found = (
            bisect_left(values, True, key=lambda value: holds(*self.rates(value)))
            for values in self._sorted
        )
        return min(
            values[at] if at < len(values) else INFINITY
            for at, values in zip(found, self._sorted, strict=True)
        )

    def around(self, first: np.float32, last: np.float32, margin: float) -> Band:
        """From the value before one to that after another, by more than the margin, and the margin
        around them.
        """
        before = (values[: np.searchsorted(values, first - margin)][-1:] for values in self._sorted)
        after = (
            values[np.searchsorted(values, last + margin, side="right") :][:1]
            for values in self._sorted
        )
        low, high = (
            np.max(np.concatenate([[-INFINITY], *before])),
            np.min(np.concatenate([[INFINITY], *after])),
        )
        return np.float32(low - margin), np.float32(high + margin)


@contextmanager
def multiplying() -> Iterator[ThreadPoolExecutor]:
    """As many threads as there are cores, each of which computes matrix products alone."""
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as threads:
        yield threads


def gather(source: Source, bands: Sequence[Band], threads: ThreadPoolExecutor) -> list[Stretch]:
    """What lies in each band, in one pass over all blocks."""

    def cut(block: Any) -> list[tuple[Found, int]]:
        sorts = source.compared(block)
        return [_cut(found, band) for band in bands for found in sorts]

    by_band = zip(*threads.map(cut, source.blocks), strict=True)
    sides = [_side(cuts, source.totals[i % 2]) for i, cuts in enumerate(by_band)]
    return [Stretch(*pair) for pair in zip(sides[::2], sides[1::2], strict=True)]


def _cut(found: Found, band: Band) -> tuple[Found, int]:
    """The comparisons within a band, and how many lie below it."""
    if not len(found.value):
        return Found(found.value, NOWHERE, found.times), 0
    low, high = band
    below, inside = (scratch[: len(found.value)] for scratch in (SCRATCH.below, SCRATCH.inside))
    np.less(found.value, low, out=below)
    np.less_equal(found.value, high, out=inside)
    kept = np.flatnonzero(np.logical_xor(below, inside, out=inside))
    position = kept if found.position is None else found.position[kept]
    return Found(found.value[kept], position.astype(np.int32), found.times), int(
        np.count_nonzero(below)
    )


class _Scratch(threading.local):
    """Masks of the block at hand; see `products`."""

    def __init__(self) -> None:
        self.below, self.inside = np.empty((2, ROWS * COLUMNS), bool)


SCRATCH = _Scratch()


def _side(cuts: Sequence[tuple[Found, int]], total: int) -> Side:
    """All blocks' comparisons of one sort within a band, each as often as it counts."""
    kept = [found for found, _ in cuts]
    value, position = (
        np.concatenate(parts) for parts in zip(*(found[:2] for found in kept), strict=True)
    )
    sizes = [len(found.value) for found in kept]
    block = np.repeat(np.arange(len(kept), dtype=np.int32), sizes)
    times = np.array([found.times for found in kept])
    below = int(times @ [count for _, count in cuts])
    if (times > 1).any():
        value, position, block = (
            np.repeat(each, np.repeat(times, sizes)) for each in (value, position, block)
        )
    return Side(value, block, position, below, total)
