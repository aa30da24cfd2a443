"""Questions that a set of scored comparisons answers, in memory or out of core."""

from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.error_rates import Eer, Roc
from components.shared.verification.resampling import Floats


class ErrorCounts(NamedTuple):
    """Errors and trials per identity, each [K]; identities without a trial are left out."""

    errors: NDArray[np.integer]
    trials: NDArray[np.integer]

    @classmethod
    def of(cls, identity: NDArray[np.integer], wrong: NDArray[np.bool_]) -> "ErrorCounts":
        """Counts trials [n] and those of them that are wrong, by identity.

        >>> ErrorCounts.of(np.array([0, 0, 2]), np.array([True, False, True]))
        ErrorCounts(errors=array([1, 1]), trials=array([2, 1]))
        """
        trials = np.bincount(identity)
        errors = np.bincount(identity[wrong], minlength=len(trials))
        return cls(errors[trials > 0], trials[trials > 0])


class RatesOfResamples(Protocol):
    """Error rates of resamples of the identities, each resample a weight for each identity.

    All take weights [B, K], how often each of the K identities in `names` was drawn, and return one
    rate a resample, [B]; NaN where a resample has no genuine or no impostor comparisons.
    """

    names: NDArray[np.integer]

    def eer(self, weights: Floats) -> Floats:
        """Computes the EERs."""

    def frr_at_far(self, weights: Floats, limit: float) -> Floats:
        """Computes the least FRRs with FAR ≤ `limit`."""

    def auc(self, weights: Floats) -> Floats:
        """Computes the areas under the ROCs."""


class ScoredComparisons(Protocol):
    """Genuine comparisons and those with one kind of impostor, with their distances."""

    @property
    def names(self) -> NDArray[np.integer]:
        """The K identities that have comparisons."""

    @property
    def n_pairs(self) -> int:
        """Number of comparisons."""

    @property
    def n_impostors(self) -> int:
        """Number of impostor comparisons."""

    def eer(self) -> Eer:
        """Computes the equal error rate and its threshold."""

    def at_far(self, far: float) -> tuple[float, float]:
        """Computes the least FRR with at most this FAR, and its threshold."""

    def auc(self) -> float:
        """Computes the area under the ROC."""

    def user_eers(self) -> dict[int, float]:
        """Computes the EER of each identity with a threshold of its own.

        Identities without comparisons of both sides are left out.
        """

    def curve(self) -> Roc:
        """Computes the ROC, at every distance or at evenly spaced ones."""

    def accepted(self, thresholds: Floats) -> tuple[Floats, Floats]:
        """Counts the genuine and the impostor comparisons of each identity accepted, each [K, T].

        Args:
            thresholds: [T] of the curve, ascending, the last of which accepts everything.
        """

    def errors(self, threshold: float) -> tuple[ErrorCounts, ErrorCounts]:
        """Counts false acceptances and false rejections at a threshold."""

    def resampled_rates(self) -> RatesOfResamples:
        """Returns the error rates under weights of the identities."""
