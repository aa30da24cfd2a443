"""Parts of a curve over a source's values: what lies in bands of them, and how many comparisons lie below."""

import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from components.shared.sources import COLUMNS, ROWS, Floats32, Found, Integers, Source

Band = tuple[np.float32, np.float32]
NOWHERE = np.zeros(0, np.int32)


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
        self._same, self._other = np.sort(genuine.value), np.sort(impostor.value)
        self.values = np.sort(np.concatenate([self._same, self._other]), kind="stable")

    def rates(self, value: np.float32) -> tuple[float, float]:
        """FAR and FRR where it is the threshold."""
        accepted, rejected = (
            side.below + int(np.searchsorted(values, value, side="right"))
            for side, values in ((self.impostor, self._other), (self.genuine, self._same))
        )
        return accepted / self.impostor.total, (self.genuine.total - rejected) / self.genuine.total

    def first(self, holds: Callable[[float, float], bool]) -> int:
        """Position in `values` of the first whose FAR and FRR satisfy this; their number where none does."""
        return bisect_left(self.values, True, key=lambda value: holds(*self.rates(value)))


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
    return Found(found.value[kept], position.astype(np.int32), found.times), int(np.count_nonzero(below))


class _Scratch(threading.local):
    """Masks of the block at hand; see `products`."""

    def __init__(self) -> None:
        self.below, self.inside = np.empty((2, ROWS * COLUMNS), bool)


SCRATCH = _Scratch()


def _side(cuts: Sequence[tuple[Found, int]], total: int) -> Side:
    """All blocks' comparisons of one sort within a band, each as often as it counts."""
    kept = [found for found, _ in cuts]
    value, position = (np.concatenate(parts) for parts in zip(*(found[:2] for found in kept), strict=True))
    sizes = [len(found.value) for found in kept]
    block = np.repeat(np.arange(len(kept), dtype=np.int32), sizes)
    times = np.array([found.times for found in kept])
    below = int(times @ [count for _, count in cuts])
    if (times > 1).any():
        value, position, block = (np.repeat(each, np.repeat(times, sizes)) for each in (value, position, block))
    return Side(value, block, position, below, total)


def around(values: Floats32, first: int, last: int, margin: float) -> Band:
    """From the value before `first` to that after `last`, by more than the margin, and the margin around them."""
    before = int(np.searchsorted(values, values[first] - margin)) - 1
    after = int(np.searchsorted(values, values[last] + margin, side="right"))
    low = values[before] - margin if before >= 0 else -np.inf
    high = values[after] + margin if after < len(values) else np.inf
    return np.float32(low), np.float32(high)
