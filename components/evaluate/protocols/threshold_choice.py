"""Thresholds: chosen on the val identities, then left alone."""

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.confidence_intervals import share_of
from components.evaluate.scoring.verification import Verification
from components.shared.verification.metric_names import at_threshold
from components.shared.verification.threshold import Threshold, lookup


def choose(val: list[Verification], params: EvaluateParams) -> list[Threshold]:
    """Thresholds at equal error, with the FAR at which FRR is given, and for the target, each once."""
    result = []
    for v in val:
        for policy, far in params.policies.items():
            threshold = v.scored.eer().threshold if far is None else v.scored.at_far(far)[1]
            result.append(Threshold(v.kind, v.references, policy, threshold))
    return result


def carry(
    test: list[Verification], chosen: list[Threshold], params: EvaluateParams
) -> dict[str, float]:
    """FAR and FRR on test, with their intervals, at the thresholds that val chose for the target."""
    values: dict[str, float] = {}
    for v in test:
        if carried := lookup(chosen, v.kind, v.references, params.target_name):
            accepted, rejected = v.scored.errors(carried.threshold)
            values |= share_of(f"{v.key}/{at_threshold('far')}", accepted, params.resampling)
            values |= share_of(f"{v.key}/{at_threshold('frr')}", rejected, params.resampling)
    return values
