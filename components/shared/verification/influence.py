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
        impostor: [K, T], by the claimed identity.
        probed: [K, T], the same ones by the identity of the probe; None where that is the claimed
            one, or imitates it.
    """

    genuine: Floats
    impostor: Floats
    probed: Floats | None = None

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
        own = of_ratio(self.impostor[:, point], self.impostor[:, -1])
        return own + self.probe_influence(point)

    def probe_influence(self, point: int) -> Floats:
        """Computes the influence [K] on FAR that identities have as those of probes alone."""
        if self.probed is None:
            return np.zeros(len(self.impostor))
        return of_ratio(self.probed[:, point], self.probed[:, -1])

    def frr_influence(self, point: int) -> Floats:
        """Computes the influence [K] of each identity on FRR at a threshold."""
        return -of_ratio(self.genuine[:, point], self.genuine[:, -1])

    @property
    def resolution(self) -> float:
        """Least value that one error gives, of the rate with fewer comparisons."""
        return float(1 / min(self.genuine[:, -1].sum(), self.impostor[:, -1].sum()))


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
    influence = roles * of_ratio(errors.astype(np.float64), trials.astype(np.float64))
    return Estimate(float(errors.sum() / total), influence, roles / total)


def of_eer(rate: float, counts: AcceptedCounts) -> Estimate:
    """Estimates the equal error rate.

    Args:
        rate: the EER itself.
        counts: at thresholds that are dense around its own.

    Where both rates cross, the EER moves by their changes, each weighted with the other's slope.
    """
    point = _crossing(counts)
    weight = _far_weight(rate, counts)
    change = weight * counts.far_influence(point) + (1 - weight) * counts.frr_influence(point)
    return Estimate(rate, change, counts.resolution)


def of_mean_eer(rates: Floats, counts: AcceptedCounts) -> Estimate:
    """Estimates the mean over identities of an EER with a threshold of their own.

    Args:
        rates: [K], NaN of an identity that has none.
        counts: as `of_eer`.

    An identity counts by its own rate, and as the probe of the others by what it adds to their FAR.
    """
    known = np.isfinite(rates)
    mean = float(rates[known].mean())
    own = np.where(known, rates - mean, 0) * len(rates) / np.count_nonzero(known)
    others = _far_weight(mean, counts) * counts.probe_influence(_crossing(counts))
    return Estimate(mean, own + others, counts.resolution)


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
    influence = of_ratio(own, genuine[:, -1]) + of_ratio(other, impostor[:, -1])
    if counts.probed is not None:
        other = np.diff(counts.probed, axis=1) @ nearer
        influence += of_ratio(other, counts.probed[:, -1])
    pairs = float(genuine[:, -1].sum() * impostor[:, -1].sum())
    return Estimate(area, influence, 1 / pairs)


def of_ratio(parts: Floats, totals: Floats) -> Floats:
    """Computes the influence [K] of each identity on the ratio of two sums over identities."""
    total = totals.sum()
    return np.asarray(len(parts) * (parts - parts.sum() / total * totals) / total)


def _crossing(counts: AcceptedCounts) -> int:
    """Returns the operating point at which FAR and FRR are closest."""
    return int(np.argmin(np.abs(counts.far - counts.frr)))


def _far_weight(rate: float, counts: AcceptedCounts) -> float:
    """Computes the share of a change of FAR by which an EER changes, from the slopes around it."""
    far, frr = counts.far, counts.frr
    wider = min(rate * (1 + WINDOW) + counts.resolution, 1.0)
    last = int(np.argmax(far >= wider))
    first = int(np.flatnonzero(frr >= wider)[-1])
    far_slope, frr_slope = abs(far[last] - far[first]), abs(frr[first] - frr[last])
    slopes = far_slope + frr_slope
    return float(frr_slope / slopes) if slopes > 0 else 0.5
