"""95 % intervals of the figures, and what another embedder has on the same resamples."""

from collections.abc import Callable, Collection

import numpy as np
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.in_memory import Errors
from components.evaluate.scoring.verification import Verification, user_eers
from components.shared.verification.metric_names import at_far
from components.shared.verification.resampling import Floats, draw_weights, interval_of


def intervals(
    verification: Verification, params: EvaluateParams, only: Collection[str] | None = None
) -> dict[str, float]:
    """`…_ci_low` and `…_ci_high` of the verification's figures, or of some; none for a single
    identity.
    """
    resampling = verification.scored.resampling()
    weights = draw(len(resampling.names), params)
    if weights is None:
        return {}
    users = user_eers(verification)
    user = np.array([users.get(int(name), np.nan) for name in resampling.names])
    values: dict[str, Callable[[], Floats]] = {
        "eer": lambda: resampling.eer(weights),
        "eer_user": lambda: _weighted_mean(weights, user),
        "auc": lambda: resampling.auc(weights),
        at_far("frr", params.far): lambda: resampling.frr_at_far(weights, params.far),
    }
    result: dict[str, float] = {}
    for name, resampled in values.items():
        if only is None or name in only:
            result |= interval_of(f"{verification.key}/{name}", resampled())
    return result


def draw(identities: int, params: EvaluateParams) -> Floats | None:
    """The resamples, [B, K]; None where there are none, or a single identity."""
    if params.bootstrap == 0 or identities < 2:
        return None
    return draw_weights(identities, params.bootstrap, params.seed)


def paired(
    ours: Verification, theirs: Verification, params: EvaluateParams
) -> tuple[Floats, Floats] | None:
    """The EERs of two embedders on the same comparisons, each [B], measured on the same resampled
    identities.
    """
    left, right = (v.scored.resampling() for v in (ours, theirs))
    weights = draw(len(left.names), params)
    return None if weights is None else (left.eer(weights), right.eer(weights))


def share(
    name: str, identity: NDArray[np.integer], hit: NDArray[np.bool_], params: EvaluateParams
) -> dict[str, float]:
    """The share of events that are hits, and its interval.

    Args:
        name: of the figure.
        identity: [n], whose event it is; identities are resampled, with all of their events.
        hit: bool [n].
        params: number and seed of the resamplings.
    """
    return share_of(name, Errors.of(identity, hit), params)


def share_of(name: str, counts: Errors, params: EvaluateParams) -> dict[str, float]:
    """As `share`, of events that are counted by identity."""
    hits, events = counts
    found = {name: float(hits.sum() / events.sum())}
    weights = draw(len(events), params)
    return (
        found
        if weights is None
        else found | interval_of(name, (weights @ hits) / (weights @ events))
    )


def _weighted_mean(weights: Floats, values: Floats) -> Floats:
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(weights[:, known] @ values[known] / weights[:, known].sum(axis=1))
