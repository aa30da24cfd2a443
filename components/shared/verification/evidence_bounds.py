"""Empirical bounds of likelihood ratios (ELUB): the largest and least ones that data support.

Vergeer, van Es, de Jongh, Alberink & Stoel (Science & Justice 56, 2016): an answer may be no
stronger than what it saves would still be saved if one more comparison of each side had misled. An
LR above t may be given while, with that one added, LRs above t are at least t times as frequent
among genuine comparisons as among impostor ones; of LRs below 1 the same holds with the sides
exchanged. So n impostors that all fail support an LR of n + 1 at most.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


class Bounds(NamedTuple):
    """Limits of the answers that a model may give.

    Attributes:
        low: natural log-likelihood ratio, 0 or less.
        high: likewise, 0 or more.
    """

    low: float
    high: float

    def clip(self, llr: ArrayLike) -> Floats:
        """Returns LLRs [n], those beyond a limit being the limit."""
        return np.clip(np.asarray(llr, np.float64), self.low, self.high)


def empirical_bounds(
    genuine: ArrayLike,
    impostor: ArrayLike,
    genuine_trials: int | None = None,
    impostor_trials: int | None = None,
) -> Bounds:
    """Computes the bounds that comparisons of known truth support.

    The LLRs must not be those of a model fitted to the same comparisons, or the bounds are too far
    apart.

    Args:
        genuine: [n] LLRs of genuine comparisons, one at least.
        impostor: [m] LLRs of impostor comparisons, one at least.
        genuine_trials: the number of independent trials that these are worth, of which the added
            comparison is one more. None: n. Comparisons share images and identities: the number of
            questioned images is a good choice (in a simulation of eleven writers it overstated the
            upper bound by a factor of 2 once in 100 times, that of comparisons once in 6), the
            number of identities the cautious one.
        impostor_trials: likewise; None: m.

    Returns:
        0 and 0 where LLRs above and below 0 mislead as often as not.

    Four impostors fail: with one more that did not, an LR of t is beyond (2/3) / (1/5) = 10/3. Two
    genuine comparisons pass: with one more that did not, below (1/3) / (4/5) = 5/12.

    >>> bounds = empirical_bounds([5, 9], [-7, -8, -8, -9])
    >>> np.exp(bounds).round(4).tolist()
    [0.4167, 3.3333]

    Raises:
        ValueError: one of the two is empty or holds NaN.
    """
    same, other = _sorted("genuine", genuine), _sorted("impostor", impostor)
    worth = genuine_trials or len(same), impostor_trials or len(other)
    return Bounds(
        low=-_limit(-other[::-1], -same[::-1], worth[::-1]), high=_limit(same, other, worth)
    )


def _limit(supporting: Floats, misleading: Floats, worth: tuple[int, int]) -> float:
    """Computes the upper bound.

    Args:
        supporting: [n], sorted LLRs of the side that large ones are right for.
        misleading: [m], sorted LLRs of the other side.
        worth: number of trials of each.
    """
    seen = np.unique(np.concatenate([supporting, misleading]))
    edges = np.concatenate([[0.0], seen[seen > 0]])
    right = _share_above(supporting, edges) * worth[0] / (worth[0] + 1)
    wrong = (_share_above(misleading, edges) * worth[1] + 1) / (worth[1] + 1)
    with np.errstate(divide="ignore"):
        largest = np.log(right) - np.log(wrong)  # that may be given between an edge and the next
    first = int(np.argmax(largest < np.append(edges[1:], np.inf)))
    return float(max(largest[first], edges[first]))


def _share_above(values: Floats, limits: Floats) -> Floats:
    """Computes the share of sorted values [n] above each limit, [E]."""
    return np.asarray(1 - np.searchsorted(values, limits, side="right") / len(values))


def _sorted(name: str, values: ArrayLike) -> Floats:
    result = np.sort(np.asarray(values, np.float64).ravel())
    if not len(result):
        raise ValueError(f"no {name} likelihood ratios")
    if np.isnan(result[-1]):
        raise ValueError(f"{name} likelihood ratios hold NaN")
    return result
