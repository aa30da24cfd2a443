"""Thresholds of verification: chosen on val, then applied to test as they are."""

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.confidence_intervals import share_of
from components.evaluate.scoring.verification import Verification
from components.shared.verification.metric_names import carried_rate
from components.shared.verification.rule_of_three import least_far
from components.shared.verification.threshold import Threshold, of_claims


def choose_thresholds(val: list[Verification], params: EvaluateParams) -> list[Threshold]:
    """Chooses a threshold for each verification of val and each policy of `params`."""
    thresholds = []
    for v in val:
        draws = 1 if v.references == 1 else params.draws
        identities, impostors = len(v.scored.user_eers()), v.scored.n_impostors // draws
        least = least_far(v.kind, identities, impostors)
        for policy, far in params.policies.items():
            distance = v.scored.eer().threshold if far is None else v.scored.at_far(far)[1]
            thresholds.append(
                Threshold(
                    v.kind,
                    v.references,
                    policy,
                    threshold=distance,
                    n_identities=identities,
                    n_impostors=impostors,
                    least_far=least,
                )
            )
    return thresholds


def apply_thresholds(
    test: list[Verification], thresholds: list[Threshold], params: EvaluateParams
) -> dict[str, float]:
    """Computes FAR and FRR on test, with their intervals, at the thresholds of all policies."""
    metrics: dict[str, float] = {}
    for v in test:
        own = of_claims(thresholds, v.kind, v.references)
        if not own:
            continue
        errors = v.scored.errors([threshold.threshold for threshold in own])
        for threshold, counts in zip(own, errors, strict=True):
            for rate, count in zip(("far", "frr"), counts, strict=True):
                name = carried_rate(v.key, rate, threshold.policy, params.target_name)
                metrics |= share_of(name, count)
    return metrics
