"""Influence of each identity on error rates, from the comparisons accepted at some thresholds.

A comparison of two identities counts for both: a rate of such comparisons varies with either.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.estimate import Estimate, Floats

WINDOW = 0.5
"""Slopes of FAR and FRR are those between the operating points at which they are so much larger."""


@dataclass(frozen=True, eq=False)
class AcceptedCounts:
    """Comparisons of each identity that are accepted at each threshold.

    Attributes:
        genuine: [K, T], T thresholds from none accepted to all.
        impostor: [K, T]; those with another identity count for both.
        roles: number of identities that an impostor comparison counts for.
    """

    genuine: Floats
    impostor: Floats
    roles: int = 1

    @cached_property
    def far(self) -> Floats:
        """FAR at each threshold, [T]."""
        accepted = self.impostor.sum(axis=0)
        return np.asarray(accepted / accepted[-1])

    @cached_property
    def frr(self) -> Floats:
        """FRR at each threshold, [T]."""
        accepted = self.genuine.sum(axis=0)
        return np.asarray(1 - accepted / accepted[-1])

    def far_influence(self, point: int) -> Floats:
        """Computes the influence [K] of each identity on FAR at a threshold."""
        return self.roles * _of_ratio(self.impostor[:, point], self.impostor[:, -1])

    def frr_influence(self, point: int) -> Floats:
        """Computes the influence [K] of each identity on FRR at a threshold."""
        return -_of_ratio(self.genuine[:, point], self.genuine[:, -1])

    @property
    def resolution(self) -> float:
        """Least value that one error gives, of the rate with fewer comparisons."""
        impostor = self.impostor[:, -1].sum() / self.roles
        return float(1 / min(self.genuine[:, -1].sum(), impostor))


def of_share(errors: NDArray[np.integer], trials: NDArray[np.integer], roles: int = 1) -> Estimate:
    """Estimates the share of trials that are errors.

    Args:
        errors: int [K], of each identity.
        trials: int [K].
        roles: number of identities that a trial counts for.

    Two identities with 1 error of 2 and 0 of 2: each is a quarter away from the share.

    >>> of_share(np.array([1, 0]), np.array([2, 2]))
    Estimate(value=0.25, influence=array([ 0.25, -0.25]), resolution=0.25)
    """
    total = float(trials.sum())
    influence = roles * _of_ratio(errors.astype(np.float64), trials.astype(np.float64))
    return Estimate(float(errors.sum() / total), influence, roles / total)


def of_mean(rates: Floats, resolution: float) -> Estimate:
    """Estimates the mean of one rate an identity, [K]; `resolution` as `Estimate` has it."""
    mean = float(rates.mean())
    return Estimate(mean, rates - mean, resolution)


def of_eer(rate: float, counts: AcceptedCounts) -> Estimate:
    """Estimates the equal error rate.

    Args:
        rate: the EER itself.
        counts: at thresholds that are dense around its own.

    At the threshold where both rates cross, the EER moves by their changes, each weighted with the
    slope of the other.
    """
    far, frr = counts.far, counts.frr
    after = int(np.argmax(far - frr >= 0))
    before = after - 1
    gap = frr[before] - far[before]
    share = gap / (gap + far[after] - frr[after])
    wider = min(rate * (1 + WINDOW) + counts.resolution, 1.0)
    last = int(np.argmax(far >= wider))
    first = int(np.flatnonzero(frr >= wider)[-1])
    far_slope, frr_slope = far[last] - far[first], frr[first] - frr[last]
    change = np.zeros(len(counts.genuine))
    for point, weight in ((before, 1 - share), (after, share)):
        change += weight * frr_slope * counts.far_influence(point)
        change += weight * far_slope * counts.frr_influence(point)
    return Estimate(rate, change / (far_slope + frr_slope), counts.resolution)


def of_frr_at_far(rate: float, far_limit: float, counts: AcceptedCounts) -> Estimate:
    """Estimates the least FRR with FAR ≤ `far_limit`.

    Args:
        rate: that FRR itself.
        far_limit: the FAR.
        counts: at thresholds that are dense around its own.

    Where FAR rises at the threshold, the threshold yields, and FRR moves along the curve.
    """
    far, frr = counts.far, counts.frr
    point = int(np.searchsorted(far, far_limit, side="right")) - 1
    first = int(np.searchsorted(far, far_limit * (1 - WINDOW), side="right")) - 1
    last = min(int(np.searchsorted(far, far_limit / (1 - WINDOW))), len(far) - 1)
    rise = far[last] - far[first]
    slope = (frr[first] - frr[last]) / rise if rise > 0 else np.inf
    with np.errstate(invalid="ignore"):
        influence = counts.frr_influence(point) + slope * counts.far_influence(point)
    return Estimate(rate, influence, float(1 / counts.genuine[:, -1].sum()))


def of_auc(area: float, counts: AcceptedCounts) -> Estimate:
    """Estimates the area under the ROC; thresholds that lie close give the better intervals.

    Args:
        area: the area itself.
        counts: at thresholds from none accepted to all.
    """
    genuine, impostor = counts.genuine, counts.impostor
    far, frr = counts.far, counts.frr
    farther = 1 - (far[1:] + far[:-1]) / 2  # of the impostor comparisons, ties one half
    nearer = 1 - (frr[1:] + frr[:-1]) / 2  # of the genuine comparisons
    own = np.diff(genuine, axis=1) @ farther
    other = np.diff(impostor, axis=1) @ nearer
    influence = _of_ratio(own, genuine[:, -1]) + counts.roles * _of_ratio(other, impostor[:, -1])
    pairs = float(genuine[:, -1].sum() * impostor[:, -1].sum())
    return Estimate(area, influence, counts.roles / pairs)


def _of_ratio(parts: Floats, totals: Floats) -> Floats:
    """Computes the influence [K] of each identity on the ratio of two sums over identities."""
    total = totals.sum()
    return np.asarray(len(parts) * (parts - parts.sum() / total * totals) / total)
