"""Best monotone calibration of scores, in hindsight: pooled adjacent violators (PAV).

Scores in ascending order are pooled into blocks until the share of genuine comparisons rises from
block to block. The likelihood ratio of a block is the share of all genuine comparisons that lie in
it over the share of all impostor ones (Brümmer & du Preez 2006, 2013): no other monotone map of the
scores costs less, whatever the prior.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class PooledRatios:
    """Blocks of scores, in ascending order, with a likelihood ratio each.

    Attributes:
        start: [B], least score of each block.
        genuine: [B], share of the genuine comparisons that lie in each block; they sum to 1.
        impostor: [B], share of the impostor comparisons, likewise.
    """

    start: Floats
    genuine: Floats
    impostor: Floats

    @property
    def llr(self) -> Floats:
        """Natural log-likelihood ratio of each block, [B], strictly ascending.

        It is −∞ where no genuine comparison lies, and ∞ where no impostor one does.
        """
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(self.genuine) - np.log(self.impostor))

    def calibrate(self, scores: ArrayLike) -> Floats:
        """Returns the log-likelihood ratio of the block that each score [n] lies in."""
        block = np.searchsorted(self.start, np.asarray(scores, np.float64), side="right") - 1
        return np.asarray(self.llr[np.maximum(block, 0)])


def pool(genuine: ArrayLike, impostor: ArrayLike) -> PooledRatios:
    """Pools scores, of which larger ones speak for genuine comparisons.

    Args:
        genuine: [n] scores of genuine comparisons, one at least.
        impostor: [m] scores of impostor comparisons, one at least.

    The genuine 2 lies below the impostor 3, so they are pooled; each is one half of its side:

    >>> blocks = pool([2, 4], [1, 3])
    >>> blocks.start.tolist(), blocks.genuine.tolist(), blocks.impostor.tolist()
    ([1.0, 2.0, 4.0], [0.0, 0.5, 0.5], [0.5, 0.5, 0.0])
    """
    same, other = np.asarray(genuine, np.float64), np.asarray(impostor, np.float64)
    values, place = np.unique(np.concatenate([same, other]), return_inverse=True)
    counts = np.stack(
        [
            np.bincount(place[: len(same)], minlength=len(values)),
            np.bincount(place[len(same) :], minlength=len(values)),
        ],
        axis=1,
    )
    first = _first_of_runs(counts)
    blocks: list[tuple[int, int, int]] = []
    for start, (positive, negative) in zip(
        first.tolist(), np.add.reduceat(counts, first).tolist(), strict=True
    ):
        block = (start, positive, negative)
        while blocks and not _rises(blocks[-1], block):
            before = blocks.pop()
            block = (before[0], before[1] + block[1], before[2] + block[2])
        blocks.append(block)
    table = np.array(blocks)
    return PooledRatios(values[table[:, 0]], table[:, 1] / len(same), table[:, 2] / len(other))


def _first_of_runs(counts: NDArray[np.intp]) -> NDArray[np.intp]:
    """Returns the first row of each run of values that have genuine, or impostor, scores alone.

    Values of one side alone that follow each other are one block anyway; there may be millions.
    """
    genuine = counts[:, 0] > 0
    mixed = genuine & (counts[:, 1] > 0)
    begins = np.ones(len(counts), bool)
    begins[1:] = mixed[1:] | mixed[:-1] | (genuine[1:] != genuine[:-1])
    return np.flatnonzero(begins)


def _rises(before: tuple[int, int, int], after: tuple[int, int, int]) -> bool:
    """Tells whether the share of genuine scores is larger in the later block, in whole numbers."""
    return before[1] * after[2] < after[1] * before[2]
