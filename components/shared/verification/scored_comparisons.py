"""Questions that a set of scored comparisons answers, in memory or out of core."""

from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.error_rates import Eer, Roc
from components.shared.verification.estimate import Floats
from components.shared.verification.influence import AcceptedCounts


class ErrorCounts(NamedTuple):
    """Errors and trials per identity; identities without a trial are left out.

    Attributes:
        errors: int [K].
        trials: int [K].
        roles: number of identities that a trial counts for.
    """

    errors: NDArray[np.integer]
    trials: NDArray[np.integer]
    roles: int = 1

    @classmethod
    def of(cls, identity: NDArray[np.integer], wrong: NDArray[np.bool_]) -> "ErrorCounts":
        """Counts trials [n] and those of them that are wrong, by identity.

        >>> ErrorCounts.of(np.array([0, 0, 2]), np.array([True, False, True]))
        ErrorCounts(errors=array([1, 1]), trials=array([2, 1]), roles=1)
        """
        trials = np.bincount(identity)
        errors = np.bincount(identity[wrong], minlength=len(trials))
        return cls(errors[trials > 0], trials[trials > 0])


class ScoredComparisons(Protocol):
    """Genuine comparisons and those with one kind of impostor, with their distances."""

    @property
    def names(self) -> NDArray[np.integer]:
        """The K identities that have comparisons, claimed or probed."""

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

    def accepted(self, thresholds: Floats) -> AcceptedCounts:
        """Counts the comparisons of each of the K identities accepted at T thresholds.

        Args:
            thresholds: [T] of the curve, ascending, the last of which accepts everything.
        """

    def errors(self, thresholds: Sequence[float]) -> list[tuple[ErrorCounts, ErrorCounts]]:
        """Counts false acceptances and false rejections at each threshold.

        A false acceptance of another identity's image counts for both.
        """
