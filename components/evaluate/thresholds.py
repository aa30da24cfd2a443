"""Thresholds: chosen on the val identities, then left alone."""

from typing import NamedTuple

from components.evaluate.intervals import share_of
from components.evaluate.params import EvaluateParams
from components.evaluate.verification import Verification


class Threshold(NamedTuple):
    """A threshold chosen on the val identities, and the policy that chose it.

    Attributes:
        kind: `skilled`, `random`, or `identification`.
        references: how many a claim, or an enrolled identity, has.
        policy: `equal_error`, or the FAR that was allowed: `far_1pct`.
        threshold: the largest distance that is accepted.
        chosen_on: a part of the split.
        smallest_gap: of an identification, how much farther the second nearest identity must be.
    """

    kind: str
    references: int
    policy: str
    threshold: float
    chosen_on: str = "val"
    smallest_gap: float | None = None


def choose(val: list[Verification], params: EvaluateParams) -> list[Threshold]:
    """Thresholds at equal error, with the FAR at which FRR is given, and for the target, each once."""
    result = []
    for v in val:
        for policy, far in params.policies.items():
            threshold = v.scored.eer().threshold if far is None else v.scored.at_far(far)[1]
            result.append(Threshold(v.kind, v.references, policy, threshold))
    return result


def carry(test: list[Verification], chosen: list[Threshold], params: EvaluateParams) -> dict[str, float]:
    """FAR and FRR on test, with their intervals, at the thresholds that val chose for the target."""
    values: dict[str, float] = {}
    for v in test:
        for t in chosen:
            if (t.kind, t.references, t.policy) == (v.kind, v.references, params.target_name):
                accepted, rejected = v.scored.errors(t.threshold)
                values |= share_of(f"{v.key}/far_at_threshold", accepted, params)
                values |= share_of(f"{v.key}/frr_at_threshold", rejected, params)
    return values
