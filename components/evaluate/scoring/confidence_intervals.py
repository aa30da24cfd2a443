"""95 % intervals of figures, and the rates of two embedders on the same resamples."""

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.scored_comparisons import ErrorCounts
from components.evaluate.scoring.verification import Verification, user_eers
from components.shared.verification.metric_names import at_far
from components.shared.verification.resampling import Floats
from components.shared.verification.sampling import Bootstrap


def intervals(
    verification: Verification,
    far: float,
    bootstrap: Bootstrap,
    only: Collection[str] | None = None,
) -> dict[str, float]:
    """Computes the ends `…_ci_low` and `…_ci_high` of the intervals of a verification's figures.

    Args:
        verification: the comparisons.
        far: FAR at which FRR is computed.
        bootstrap: of the identities.
        only: names of the figures; None: all.

    Returns:
        Nothing without resamples, or for a single identity.
    """
    rates = verification.scored.resampled_rates()
    weights = bootstrap.weights(len(rates.names))
    if weights is None:
        return {}
    users = user_eers(verification)
    user = np.array([users.get(int(name), np.nan) for name in rates.names])
    values: dict[str, Callable[[], Floats]] = {
        "eer": lambda: rates.eer(weights),
        "eer_user": lambda: _weighted_mean(weights, user),
        "auc": lambda: rates.auc(weights),
        at_far("frr", far): lambda: rates.frr_at_far(weights, far),
    }
    result: dict[str, float] = {}
    for name, resampled in values.items():
        if only is None or name in only:
            result |= bootstrap.interval_of(f"{verification.key}/{name}", resampled())
    return result


def paired(
    ours: Verification, theirs: Verification, bootstrap: Bootstrap
) -> tuple[Floats, Floats] | None:
    """Computes the EERs [B] of two embedders on the same comparisons and the same resamples."""
    our_rates, their_rates = ours.scored.resampled_rates(), theirs.scored.resampled_rates()
    weights = bootstrap.weights(len(our_rates.names))
    if weights is None:
        return None
    return our_rates.eer(weights), their_rates.eer(weights)


def share(
    name: str, identity: NDArray[np.integer], hit: NDArray[np.bool_], bootstrap: Bootstrap
) -> dict[str, float]:
    """Computes the share of events that are hits, and its interval.

    Args:
        name: of the figure.
        identity: int [n], of each event; identities are resampled, with all of their events.
        hit: bool [n].
        bootstrap: of the identities, for the interval.
    """
    return share_of(name, ErrorCounts.of(identity, hit), bootstrap)


def share_of(name: str, counts: ErrorCounts, bootstrap: Bootstrap) -> dict[str, float]:
    """Computes the share of trials that are errors, counted by identity, and its interval."""
    errors, trials = counts
    rates = {name: float(errors.sum() / trials.sum())}
    weights = bootstrap.weights(len(trials))
    if weights is None:
        return rates
    return rates | bootstrap.interval_of(name, (weights @ errors) / (weights @ trials))


def _weighted_mean(weights: Floats, values: Floats) -> Floats:
    """Computes the mean of finite values [K] under weights [B, K]."""
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(weights[:, known] @ values[known] / weights[:, known].sum(axis=1))
