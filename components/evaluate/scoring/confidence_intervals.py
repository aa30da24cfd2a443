"""Figures of verification as estimates: with the influence of each identity, for intervals."""

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.verification import Verification, user_eers
from components.shared.verification import influence
from components.shared.verification.estimate import Estimate
from components.shared.verification.metric_names import at_far
from components.shared.verification.scored_comparisons import ErrorCounts


def intervals(
    verification: Verification, far: float, only: Collection[str] | None = None
) -> dict[str, float]:
    """Computes the ends `…_ci_low` and `…_ci_high` of the intervals of a verification's figures.

    Args:
        verification: the comparisons.
        far: FAR at which FRR is computed.
        only: names of the figures; None: all.

    Returns:
        Nothing for fewer than three identities.
    """
    users = user_eers(verification)
    estimates: dict[str, Callable[[], Estimate]] = {
        "eer": lambda: eer(verification),
        "eer_user": lambda: mean_eer(verification),
        "auc": lambda: influence.of_auc(verification.scored.auc(), verification.accepted),
        at_far("frr", far): lambda: frr_at_far(verification, far),
    }
    result: dict[str, float] = {}
    for name, estimate in estimates.items():
        if (only is None or name in only) and (len(users) or name != "eer_user"):
            result |= estimate().ends(f"{verification.key}/{name}")
    return result


def eer(verification: Verification) -> Estimate:
    """Estimates the EER."""
    return influence.of_eer(verification.scored.eer().rate, verification.accepted)


def mean_eer(verification: Verification) -> Estimate:
    """Estimates the mean EER of the identities, each with a threshold of its own."""
    users = user_eers(verification)
    rates = [users.get(int(name), np.nan) for name in verification.scored.names]
    return influence.of_mean_eer(np.array(rates), verification.accepted)


def frr_at_far(verification: Verification, far: float) -> Estimate:
    """Estimates the least FRR with at most this FAR."""
    rate = verification.scored.at_far(far)[0]
    return influence.of_frr_at_far(rate, far, verification.accepted)


def share(name: str, identity: NDArray[np.integer], hit: NDArray[np.bool_]) -> dict[str, float]:
    """Computes the share of events that are hits, and its interval.

    Args:
        name: of the figure.
        identity: int [n], of each event.
        hit: bool [n].
    """
    return share_of(name, ErrorCounts.of(identity, hit))


def share_of(name: str, counts: ErrorCounts) -> dict[str, float]:
    """Computes the share of trials that are errors, counted by identity, and its interval."""
    estimate = influence.of_share(*counts)
    return {name: estimate.value} | estimate.ends(name)
