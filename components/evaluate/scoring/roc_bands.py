"""Segments of a ROC over a source's values: comparisons within bands, and counts below them."""

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from components.evaluate.scoring.block_source import (
    BlockScores,
    BlockSource,
    BlockT,
    Floats32,
    Integers,
)
from components.shared.runtime import cores

NOWHERE = np.zeros(0, np.int32)
INFINITY = np.float32(np.inf)


class Band(NamedTuple):
    """A range of values, both ends included."""

    low: np.float32
    high: np.float32


class BandScores(NamedTuple):
    """Genuine or impostor comparisons within a band.

    Attributes:
        value: [n] as the source computes them.
        block: [n] index of the block.
        position: [n] in the flattened block.
        below: number of comparisons below the band.
        total: number of all comparisons.
    """

    value: Floats32
    block: Integers
    position: Integers
    below: int
    total: int


class RocSegment:
    """The part of a ROC over a source's values that lies in a band.

    Genuine values 1, 2 and impostor values 2, 4, 5, of which a band from 2 to 4 holds three:

    >>> genuine = BandScores(np.float32([2]), NOWHERE, NOWHERE, below=1, total=2)
    >>> impostor = BandScores(np.float32([2, 4]), NOWHERE, NOWHERE, below=0, total=3)
    >>> segment = RocSegment(genuine, impostor)
    >>> segment.rates(np.float32(2))
    (0.3333333333333333, 0.0)
    >>> float(segment.first(lambda far, frr: far > 0.5))
    4.0
    """

    def __init__(self, genuine: BandScores, impostor: BandScores) -> None:
        self.genuine, self.impostor = genuine, impostor
        self._genuine, self._impostor = np.sort(genuine.value), np.sort(impostor.value)

    def rates(self, threshold: np.float32) -> tuple[float, float]:
        """Computes FAR and FRR at a threshold within the band."""
        genuine, impostor = self.genuine, self.impostor
        accepted = genuine.below + int(np.searchsorted(self._genuine, threshold, side="right"))
        falsely = impostor.below + int(np.searchsorted(self._impostor, threshold, side="right"))
        return falsely / impostor.total, (genuine.total - accepted) / genuine.total

    def first(self, holds: Callable[[float, float], bool]) -> np.float32:
        """Finds the least value whose FAR and FRR satisfy a condition; ∞ where none does.

        Args:
            holds: takes FAR and FRR; once true, it stays true for all larger values.
        """
        return min(self._first(self._genuine, holds), self._first(self._impostor, holds))

    def around(self, first: np.float32, last: np.float32, margin: float) -> Band:
        """Returns the band that holds the neighbours of two values.

        From the last value below `first − margin` to the first above `last + margin`, widened by
        `margin`.
        """
        lows, highs = [-INFINITY], [INFINITY]
        for values in (self._genuine, self._impostor):
            lows.extend(values[: np.searchsorted(values, first - margin)][-1:])
            highs.extend(values[np.searchsorted(values, last + margin, side="right") :][:1])
        return Band(np.float32(max(lows) - margin), np.float32(min(highs) + margin))

    def _first(self, values: Floats32, holds: Callable[[float, float], bool]) -> np.float32:
        at = bisect_left(values, True, key=lambda value: holds(*self.rates(value)))
        return values[at] if at < len(values) else INFINITY


@contextmanager
def product_threads() -> Iterator[ThreadPoolExecutor]:
    """Opens a pool of one thread a core, each of which computes matrix products alone."""
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(cores.available()) as threads:
        yield threads


def gather(
    source: BlockSource[BlockT], bands: Sequence[Band], threads: ThreadPoolExecutor
) -> list[RocSegment]:
    """Collects the comparisons within each band, in one pass over all blocks."""
    masks = _Masks(source.size.cells)

    def cut(block: BlockT) -> list[tuple[_Cut, _Cut]]:
        genuine, impostor = source.score_block(block)
        return [(_cut(genuine, band, masks), _cut(impostor, band, masks)) for band in bands]

    blocks = list(threads.map(cut, source.blocks))
    segments = []
    for number in range(len(bands)):
        genuine = _join([cuts[number][0] for cuts in blocks], source.totals[0])
        impostor = _join([cuts[number][1] for cuts in blocks], source.totals[1])
        segments.append(RocSegment(genuine, impostor))
    return segments


class _Cut(NamedTuple):
    """Comparisons of a block within a band, and the number below it, with their weight."""

    value: Floats32
    position: Integers
    weight: int
    below: int


class _Masks(threading.local):
    """Memory of each thread's own for the masks of a block; see `pair_blocks.ProductBuffer`."""

    def __init__(self, cells: int) -> None:
        self._below, self._inside = np.empty((2, cells), bool)

    def of(self, count: int) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Returns two masks of this length."""
        return self._below[:count], self._inside[:count]


def _cut(scores: BlockScores, band: Band, masks: _Masks) -> _Cut:
    """Selects the comparisons within a band and counts those below it."""
    value = scores.value
    if not len(value):
        return _Cut(value, NOWHERE, scores.weight, 0)
    below, inside = masks.of(len(value))
    np.less(value, band.low, out=below)
    np.less_equal(value, band.high, out=inside)
    cells = np.flatnonzero(np.logical_xor(below, inside, out=inside))
    position = cells if scores.position is None else scores.position[cells]
    count = int(np.count_nonzero(below))
    return _Cut(value[cells], position.astype(np.int32), scores.weight, count)


def _join(cuts: Sequence[_Cut], total: int) -> BandScores:
    """Joins the comparisons of all blocks within a band, each as often as it counts."""
    value = np.concatenate([cut.value for cut in cuts])
    position = np.concatenate([cut.position for cut in cuts])
    sizes = [len(cut.value) for cut in cuts]
    block = np.repeat(np.arange(len(cuts), dtype=np.int32), sizes)
    weights = np.array([cut.weight for cut in cuts])
    below = int(weights @ [cut.below for cut in cuts])
    if (weights > 1).any():
        times = np.repeat(weights, sizes)
        value, position = np.repeat(value, times), np.repeat(position, times)
        block = np.repeat(block, times)
    return BandScores(value, block, position, below, total)
