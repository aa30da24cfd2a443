"""Policies: limits of likelihood ratios, chosen on comparisons of known truth.

All take LLRs, of which larger ones speak for genuine comparisons, in any order; equal ones are one
operating point. A claim is accepted from a limit on, the limit included.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from components.evaluate.params import COST, REVIEW, EvaluateParams
from components.shared.verification.decision_limits import Costs, Limits
from components.shared.verification.error_rates import Roc, crossing, roc


def equal_error(genuine: ArrayLike, impostor: ArrayLike) -> Limits:
    """Chooses the limit at which FAR and FRR are equal, as `error_rates.eer`.

    Args:
        genuine: [n] LLRs of genuine comparisons.
        impostor: [m] LLRs of impostor comparisons.

    Raises:
        ValueError: one of the two is empty or holds a value that is not finite.
    """
    return Limits.single(_llr(crossing(_roc(genuine, impostor)).threshold))


def at_far(genuine: ArrayLike, impostor: ArrayLike, far: float) -> Limits:
    """Chooses the least limit with FAR ≤ `far`.

    Arguments and errors as `equal_error`.
    """
    curve = _roc(genuine, impostor)
    return Limits.single(_llr(curve.threshold[_last_within(curve, far)]))


def review(genuine: ArrayLike, impostor: ArrayLike, far: float, frr: float) -> Limits:
    """Chooses the limits that leave the least to a person.

    At most `far` of the impostor comparisons are accepted and at most `frr` of the genuine ones
    rejected. FAR depends on the upper limit alone and FRR on the lower one, so that no other limits
    leave less of either side. Where one limit is enough for both, it is the middle of those that
    are, and nothing is left to a person.

    Arguments and errors as `equal_error`.

    The impostor 3 must not be accepted and the genuine 1 not be rejected: 1 … 3 are reviewed.

    >>> review([1, 4, 5], [0, 2, 3], far=0, frr=0)
    Limits(low=1.0, high=4.0)
    """
    curve = _roc(genuine, impostor)
    strict = _last_within(curve, far)
    lenient = int(np.argmax(curve.frr <= frr))
    if lenient <= strict:
        return Limits.single(_llr(curve.threshold[[lenient, strict]].mean()))
    return Limits(_llr(curve.threshold[lenient]), _llr(curve.threshold[strict]))


def choose_limits(
    genuine: ArrayLike, impostor: ArrayLike, params: EvaluateParams
) -> dict[str, Limits]:
    """Chooses the limits of all policies of `params`, by the policy's name.

    Arguments and errors as `equal_error`.
    """
    chosen: dict[str, Limits] = {}
    for policy, far in params.policies.items():
        limits = equal_error(genuine, impostor) if far is None else at_far(genuine, impostor, far)
        chosen[policy] = limits
    decision = params.decision
    costs = Costs(**decision.cost.model_dump())
    chosen[COST] = Limits.single(costs.threshold())
    least = decision.review
    chosen[REVIEW] = review(genuine, impostor, least.false_accepts, least.false_rejects)
    return chosen


class ReviewRates(NamedTuple):
    """Shares of comparisons, each between 0 and 1.

    Attributes:
        far: of the impostor comparisons, accepted.
        frr: of the genuine comparisons, rejected.
        genuine: of the genuine comparisons, left to a person.
        impostor: of the impostor comparisons, left to a person.
    """

    far: float
    frr: float
    genuine: float
    impostor: float

    def reviewed(self, prior: float) -> float:
        """Computes the share of all claims that is left to a person.

        Args:
            prior: share of the claims that are impostors'.
        """
        return prior * self.impostor + (1 - prior) * self.genuine


def rates(genuine: ArrayLike, impostor: ArrayLike, limits: Limits) -> ReviewRates:
    """Computes the error rates at limits, and what is left to a person.

    Args:
        genuine: [n] LLRs of genuine comparisons, one at least.
        impostor: [m] LLRs of impostor comparisons, one at least.
        limits: of any policy.
    """
    return ReviewRates(
        far=float(limits.accepted(impostor).mean()),
        frr=float(limits.rejected(genuine).mean()),
        genuine=float(limits.reviewed(genuine).mean()),
        impostor=float(limits.reviewed(impostor).mean()),
    )


def _roc(genuine: ArrayLike, impostor: ArrayLike) -> Roc:
    """Returns the operating points; their thresholds are negative LLRs, which rise as FAR does."""
    return roc(-np.asarray(genuine, np.float64), -np.asarray(impostor, np.float64))


def _llr(threshold: float) -> float:
    """Returns the LLR of a threshold; of 0 that without a sign."""
    return 0.0 - float(threshold)


def _last_within(curve: Roc, far: float) -> int:
    """Returns the operating point that accepts most with FAR ≤ `far`."""
    return int(np.searchsorted(curve.far, far, side="right")) - 1
