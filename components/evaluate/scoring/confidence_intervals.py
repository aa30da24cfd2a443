"""95 % intervals of the figures, and what another embedder has on the same resamples."""

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.in_memory import Errors
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
    """`…_ci_low` and `…_ci_high` of the verification's figures, or of some; none for a single
    identity.
    """
    resampling = verification.scored.resampling()
    weights = bootstrap.weights(len(resampling.names))
    if weights is None:
        return {}
    users = user_eers(verification)
    user = np.array([users.get(int(name), np.nan) for name in resampling.names])
    values: dict[str, Callable[[], Floats]] = {
        "eer": lambda: resampling.eer(weights),
        "eer_user": lambda: _weighted_mean(weights, user),
        "auc": lambda: resampling.auc(weights),
        at_far("frr", far): lambda: resampling.frr_at_far(weights, far),
    }
    result: dict[str, float] = {}
    for name, resampled in values.items():
        if only is None or name in only:
            result |= bootstrap.interval_of(f"{verification.key}/{name}", resampled())
    return result


def paired(
    ours: Verification, theirs: Verification, bootstrap: Bootstrap
) -> tuple[Floats, Floats] | None:
    """The EERs of two embedders on the same comparisons, each [B], measured on the same resampled
    identities.
    """
    left, right = (v.scored.resampling() for v in (ours, theirs))
    weights = bootstrap.weights(len(left.names))
    return None if weights is None else (left.eer(weights), right.eer(weights))


def share(
    name: str, identity: NDArray[np.integer], hit: NDArray[np.bool_], bootstrap: Bootstrap
) -> dict[str, float]:
    """The share of events that are hits, and its interval.

    Args:
        name: of the figure.
        identity: [n], whose event it is; identities are resampled, with all of their events.
        hit: bool [n].
        bootstrap: of the identities, for the interval.
    """
    return share_of(name, Errors.of(identity, hit), bootstrap)


def share_of(name: str, counts: Errors, bootstrap: Bootstrap) -> dict[str, float]:
    """As `share`, of events that are counted by identity."""
    hits, events = counts
    rates = {name: float(hits.sum() / events.sum())}
    weights = bootstrap.weights(len(events))
    if weights is None:
        return rates
    return rates | bootstrap.interval_of(name, (weights @ hits) / (weights @ events))


def _weighted_mean(weights: Floats, values: Floats) -> Floats:
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(weights[:, known] @ values[known] / weights[:, known].sum(axis=1))
