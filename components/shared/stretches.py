"""Parts of a curve over squared distances: what lies in bands of them, and how many comparisons lie below."""

import os
import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from threadpoolctl import threadpool_limits

from components.shared.products import COLUMNS, ROWS, Block, Floats32, Found, Integers, Products

Band = tuple[np.float32, np.float32]
NOWHERE = np.zeros(0, np.int32)


class Side(NamedTuple):
    """Comparisons of one sort within a band.

    Attributes:
        square: [n] squared distances.
        block: [n] number of the block.
        position: [n] in the flattened block.
        below: how many lie below the band.
        total: how many there are in all.
    """

    square: Floats32
    block: Integers
    position: Integers
    below: int
    total: int


class Stretch:
    """A part of the curve over squared distances."""

    def __init__(self, genuine: Side, impostor: Side) -> None:
        self.genuine, self.impostor = genuine, impostor
        self._same, self._other = np.sort(genuine.square), np.sort(impostor.square)
        self.squares = np.sort(np.concatenate([self._same, self._other]), kind="stable")

    def rates(self, square: np.float32) -> tuple[float, float]:
        """FAR and FRR where it is the threshold."""
        accepted, rejected = (
            side.below + int(np.searchsorted(squares, square, side="right"))
            for side, squares in ((self.impostor, self._other), (self.genuine, self._same))
        )
        return accepted / self.impostor.total, (self.genuine.total - rejected) / self.genuine.total

    def first(self, holds: Callable[[float, float], bool]) -> int:
        """Position in `squares` of the first whose FAR and FRR satisfy this; their number where none does."""
        return bisect_left(self.squares, True, key=lambda square: holds(*self.rates(square)))


@contextmanager
def multiplying() -> Iterator[ThreadPoolExecutor]:
    """As many threads as there are cores, each of which computes matrix products alone."""
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(os.cpu_count()) as threads:
        yield threads


def gather(products: Products, bands: Sequence[Band], threads: ThreadPoolExecutor) -> list[Stretch]:
    """What lies in each band, in one pass over all blocks."""

    def cut(block: Block) -> list[tuple[Found, int]]:
        sorts = products.squares(block)
        return [_cut(found, band) for band in bands for found in sorts]

    by_band = zip(*threads.map(cut, products.blocks), strict=True)
    sides = [_side(cuts, products.totals[i % 2]) for i, cuts in enumerate(by_band)]
    return [Stretch(*pair) for pair in zip(sides[::2], sides[1::2], strict=True)]


def _cut(found: Found, band: Band) -> tuple[Found, int]:
    """The comparisons within a band, and how many lie below it."""
    if not len(found.square):
        return Found(found.square, NOWHERE, found.times), 0
    low, high = band
    below, inside = (scratch[: len(found.square)] for scratch in (SCRATCH.below, SCRATCH.inside))
    np.less(found.square, low, out=below)
    np.less_equal(found.square, high, out=inside)
    kept = np.flatnonzero(np.logical_xor(below, inside, out=inside))
    position = kept if found.position is None else found.position[kept]
    return Found(found.square[kept], position.astype(np.int32), found.times), int(np.count_nonzero(below))


class _Scratch(threading.local):
    """Masks of the block at hand; see `products`."""

    def __init__(self) -> None:
        self.below, self.inside = np.empty((2, ROWS * COLUMNS), bool)


SCRATCH = _Scratch()


def _side(cuts: Sequence[tuple[Found, int]], total: int) -> Side:
    """All blocks' comparisons of one sort within a band, each as often as it counts."""
    kept = [found for found, _ in cuts]
    square, position = (np.concatenate(parts) for parts in zip(*(found[:2] for found in kept), strict=True))
    sizes = [len(found.square) for found in kept]
    block = np.repeat(np.arange(len(kept), dtype=np.int32), sizes)
    times = np.array([found.times for found in kept])
    below = int(times @ [count for _, count in cuts])
    if (times > 1).any():
        square, position, block = (np.repeat(values, np.repeat(times, sizes)) for values in (square, position, block))
    return Side(square, block, position, below, total)


def around(squares: Floats32, first: int, last: int, margin: float) -> Band:
    """From the square before `first` to that after `last`, by more than the margin, and the margin around them."""
    before = int(np.searchsorted(squares, squares[first] - margin)) - 1
    after = int(np.searchsorted(squares, squares[last] + margin, side="right"))
    low = squares[before] - margin if before >= 0 else -np.inf
    high = squares[after] + margin if after < len(squares) else np.inf
    return np.float32(low), np.float32(high)
