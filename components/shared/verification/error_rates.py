"""Error rates of verification, exact: distances in, smaller is more alike, accepted where distance
≤ threshold.

FAR is the fraction of impostor comparisons accepted, FRR the fraction of genuine comparisons
rejected (ISO/IEC 19795-1 calls their match-level forms FMR and FNMR). Equal distances are one
threshold.
"""

from bisect import bisect_left
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Distances = NDArray[np.floating]


class Roc(NamedTuple):
    """Every operating point, by ascending threshold; the first accepts nothing (FAR 0, FRR 1), the
    last everything.
    """

    threshold: Floats
    far: Floats
    frr: Floats


class Eer(NamedTuple):
    """The equal error rate and the threshold where it is reached."""

    rate: float
    threshold: float


def roc(genuine: ArrayLike, impostor: ArrayLike) -> Roc:
    """Computes the receiver operating characteristic at every distinct distance.

    Args:
        genuine: [n] distances of comparisons of one identity with itself.
        impostor: [m] distances of comparisons with something else.

    Raises:
        ValueError: one of the two is empty or holds a value that is not finite.
    """
    same, other = _scores("genuine", genuine), _scores("impostor", impostor)
    return section(same, other, (0, 0), (len(same), len(other)))


def section(
    genuine: Distances, impostor: Distances, below: tuple[int, int], total: tuple[int, int]
) -> Roc:
    """Computes the part of a ROC that lies at these distances, one at least.

    Args:
        genuine: [n] distances, sorted.
        impostor: [m] distances, sorted.
        below: genuine and impostor comparisons with distances below all of these.
        total: genuine and impostor comparisons in all.
    """
    distances = np.unique(np.concatenate([genuine, impostor]))
    threshold = np.concatenate([[np.nextafter(distances[0], -np.inf)], distances])
    far = (below[1] + np.searchsorted(impostor, threshold, side="right")) / total[1]
    frr = (total[0] - below[0] - np.searchsorted(genuine, threshold, side="right")) / total[0]
    return Roc(threshold, far, frr)


def eer(genuine: ArrayLike, impostor: ArrayLike) -> Eer:
    """Computes the equal error rate by linear interpolation on the ROC where FAR and FRR cross.

    At an operating point with FAR = FRR, the threshold is the middle of the distances at which it
    holds.

    >>> eer([1, 2, 3], [2.5, 4])  # at 2 FAR is 0 and FRR 1/3, at 2.5 they are 1/2 and 1/3
    Eer(rate=0.3333333333333333, threshold=2.3333333333333335)

    Raises:
        ValueError: as `roc`.
    """
    return crossing(roc(genuine, impostor))


def crossing(curve: Roc) -> Eer:
    """Computes the point of a curve where FAR and FRR cross, as `eer`."""
    gap = curve.far - curve.frr
    after = int(np.argmax(gap >= 0))
    before = after - 1
    if gap[after] == 0:
        upper = curve.threshold[min(after + 1, len(gap) - 1)]
        middle = (curve.threshold[after] + upper) / 2
        return Eer(
            float(curve.far[after]), float(middle if middle < upper else curve.threshold[after])
        )
    share = gap[before] / (gap[before] - gap[after])
    rate = curve.far[before] + share * (curve.far[after] - curve.far[before])
    threshold = curve.threshold[before] + share * (curve.threshold[after] - curve.threshold[before])
    return Eer(float(rate), float(threshold))


def eer_of_sorted(genuine: Distances, impostor: Distances) -> float:
    """Computes the equal error rate, as `eer`, of distances in ascending order.

    It looks at a few of them only.
    """

    def rates(threshold: np.floating, side: Literal["left", "right"]) -> tuple[float, float]:
        accepted = int(np.searchsorted(genuine, threshold, side=side))
        falsely = int(np.searchsorted(impostor, threshold, side=side))
        return falsely / len(impostor), (len(genuine) - accepted) / len(genuine)

    def crossed(threshold: np.floating) -> bool:
        far, frr = rates(threshold, "right")
        return far >= frr

    first = [
        each[bisect_left(each, True, hi=len(each) - 1, key=crossed)] for each in (genuine, impostor)
    ]
    point = min(threshold for threshold in first if crossed(threshold))
    # Thresholds do not matter for the rate: those of two operating points, accepting less than the
    # point and the point.
    far, frr = zip(rates(point, "left"), rates(point, "right"), strict=True)
    return crossing(Roc(np.array([0.0, 1.0]), np.array(far), np.array(frr))).rate


def frr_at_far(genuine: ArrayLike, impostor: ArrayLike, far: float) -> float:
    """Computes the least FRR among the operating points whose FAR is at most `far`.

    Raises:
        ValueError: as `roc`, or `far` lies outside 0…1.
    """
    if not 0 <= far <= 1:
        raise ValueError(f"far is {far}, but must lie in 0…1")
    curve = roc(genuine, impostor)
    return float(curve.frr[np.searchsorted(curve.far, far, side="right") - 1])


def auc(genuine: ArrayLike, impostor: ArrayLike) -> float:
    """Computes the area under the ROC.

    It is the probability that a genuine distance is the smaller one, a tie counting one half.

    Raises:
        ValueError: as `roc`.
    """
    same, other = _scores("genuine", genuine), _scores("impostor", impostor)
    pairs = len(same) * len(other)
    return (2 * pairs - losses(same, other)) / (2 * pairs)


def losses(genuine: Distances, impostor: Distances) -> int:
    """Pairs of a genuine and an impostor distance in the wrong order, each counted twice, and a tie
    once.

    Args:
        genuine: [n], sorted.
        impostor: [m], sorted.
    """
    return sum(
        int(np.searchsorted(impostor, genuine, side=side).sum()) for side in ("left", "right")
    )


def rates_at(genuine: ArrayLike, impostor: ArrayLike, threshold: float) -> tuple[float, float]:
    """Computes FAR and FRR at a threshold.

    Raises:
        ValueError: as `roc`.
    """
    same, other = _scores("genuine", genuine), _scores("impostor", impostor)
    return float(np.mean(other <= threshold)), float(np.mean(same > threshold))


def _scores(name: str, values: ArrayLike) -> Floats:
    """Returns the distances, sorted, as float64 [n]; refuses empty or infinite ones."""
    result = np.sort(np.asarray(values, np.float64).ravel())
    if not len(result):
        raise ValueError(f"no {name} distances")
    if not (np.isfinite(result[0]) and np.isfinite(result[-1])):
        raise ValueError(f"{name} distances are not all finite")
    return result
