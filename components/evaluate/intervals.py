"""95 % intervals of the figures, and of the difference to another embedder on the same comparisons."""

import numpy as np

from components.evaluate.bootstrap import Floats, Resampling, draw_weights, interval
from components.evaluate.params import EvaluateParams
from components.evaluate.verification import Verification, user_eers


def intervals(verification: Verification, params: EvaluateParams) -> dict[str, float]:
    """`…_ci_low` and `…_ci_high` of the verification's figures; none for a single identity."""
    resampling = Resampling(verification.genuine, verification.impostor)
    weights = _weights(resampling, params)
    if weights is None:
        return {}
    users = user_eers(verification)
    values = {
        "eer": resampling.eer(weights),
        "eer_user": _weighted_mean(weights, np.array([users.get(int(name), np.nan) for name in resampling.names])),
        "auc": resampling.auc(weights),
        f"frr_at_{params.far_name}": resampling.frr_at_far(weights, params.far),
    }
    result: dict[str, float] = {}
    for name, resampled in values.items():
        result |= _named(f"{verification.key}/{name}", resampled)
    return result


def difference(ours: Verification, theirs: Verification, name: str, params: EvaluateParams) -> dict[str, float]:
    """The paired interval of `ours` EER − `theirs`: both are measured on the same resampled identities."""
    left, right = (Resampling(v.genuine, v.impostor) for v in (ours, theirs))
    weights = _weights(left, params)
    return {} if weights is None else _named(name, left.eer(weights) - right.eer(weights))


def _weights(resampling: Resampling, params: EvaluateParams) -> Floats | None:
    identities = len(resampling.names)
    if params.bootstrap == 0 or identities < 2:
        return None
    return draw_weights(identities, params.bootstrap, params.seed)


def _weighted_mean(weights: Floats, values: Floats) -> Floats:
    known = np.isfinite(values)
    with np.errstate(invalid="ignore"):
        return np.asarray(weights[:, known] @ values[known] / weights[:, known].sum(axis=1))


def _named(name: str, resampled: Floats) -> dict[str, float]:
    ends = interval(resampled)
    return {} if ends is None else {f"{name}_ci_low": ends[0], f"{name}_ci_high": ends[1]}
