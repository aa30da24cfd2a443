"""Limits of likelihood ratios at which a claim is accepted, left to a person, or rejected."""

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Flags = NDArray[np.bool_]


class Limits(NamedTuple):
    """Two limits with a review between them, or a single one that is both.

    Attributes:
        low: LLRs below it are rejected.
        high: LLRs from it on are accepted; `low` or more.
    """

    low: float
    high: float

    @classmethod
    def single(cls, threshold: float) -> "Limits":
        """Returns limits without a review: LLRs from the threshold on are accepted."""
        return cls(threshold, threshold)

    def accepted(self, llr: ArrayLike) -> Flags:
        """Tells which LLRs [n] are accepted."""
        return np.asarray(np.asarray(llr) >= self.high)

    def rejected(self, llr: ArrayLike) -> Flags:
        """Tells which LLRs [n] are rejected."""
        return np.asarray(np.asarray(llr) < self.low)

    def reviewed(self, llr: ArrayLike) -> Flags:
        """Tells which LLRs [n] are left to a person."""
        return np.asarray((np.asarray(llr) >= self.low) & (np.asarray(llr) < self.high))


class Costs(NamedTuple):
    """Costs of wrong decisions, in any unit, and the prior.

    Attributes:
        false_accept: cost of an impostor's claim that is accepted.
        false_reject: cost of a genuine claim that is rejected.
        prior: share of the claims that are impostors', between 0 and 1.
    """

    false_accept: float
    false_reject: float
    prior: float

    def threshold(self) -> float:
        """Computes the least LLR that should be accepted (Bayes).

        From there on rejecting costs as much as accepting or more: the probability of a genuine
        claim times the cost of its rejection is at least that of an impostor's times the cost of
        its acceptance.

        >>> round(Costs(false_accept=10, false_reject=1, prior=0.01).threshold(), 3)
        -2.293

        Raises:
            ValueError: a cost is not positive, or the prior not between 0 and 1.
        """
        if not (self.false_accept > 0 and self.false_reject > 0 and 0 < self.prior < 1):
            raise ValueError(f"costs must be positive, and the prior between 0 and 1: {self}")
        odds = self.prior / (1 - self.prior)
        return math.log(self.false_accept / self.false_reject * odds)

    def expected(self, far: float, frr: float) -> float:
        """Computes the mean cost of a claim at these error rates."""
        return self.prior * far * self.false_accept + (1 - self.prior) * frr * self.false_reject

    def without_evidence(self) -> float:
        """Computes the mean cost of a claim where all are accepted, or all rejected: the less."""
        return min(self.expected(far=1, frr=0), self.expected(far=0, frr=1))
