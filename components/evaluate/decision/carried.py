"""The rates and the costs of a decision on identities that it was not fitted to."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.decision import identification
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, Metrics
from components.evaluate.scoring.confidence_intervals import eer, intervals, share_of
from components.evaluate.scoring.verification import Verification, figures, verifications
from components.shared.verification.comparisons import Scores
from components.shared.verification.decision import Decision, as_distance, as_score
from components.shared.verification.identification_rates import SearchRates
from components.shared.verification.likelihood_ratio import (
    Evidence,
    calibration_loss,
    cllr_min,
    of_cllr,
)
from components.shared.verification.metric_names import (
    CALIBRATION_LOSS,
    CLLR,
    CLLR_MIN,
    DECISION,
    EER_GAIN,
    REVIEWED,
    carried_rate,
)
from components.shared.verification.sampling import Labels
from components.shared.verification.scored_comparisons import ErrorCounts

FIGURES = ("eer", "eer_user")


class Carried(NamedTuple):
    """A decision on one part.

    Attributes:
        metrics: by name, all finite.
        verified: the comparisons by evidence, as `verify` scores them.
        searches: error rates of searches, of all policies.
    """

    metrics: Metrics
    verified: Sequence[Verification]
    searches: Sequence[SearchRates] = ()


def apply_with_searches(
    part: ComparedPart, decision: Decision | None, params: EvaluateParams
) -> Carried:
    """Measures a decision on one part as `apply_decision`, and its searches too."""
    claims = apply_decision(part, decision, params)
    if decision is None or not part.verifications:
        return claims
    searches = identification.measure(decision, part, params)
    metrics = claims.metrics | identification.metrics(searches, params)
    return Carried(metrics, claims.verified, searches)


def apply_decision(
    part: ComparedPart, decision: Decision | None, params: EvaluateParams
) -> Carried:
    """Measures a decision on one part; there is nothing without a decision or comparisons."""
    if decision is None or not part.verifications:
        return Carried({}, [])
    verified = verify(decision, part.embeddings, part.part.labels, params)
    return Carried(measure(decision, verified, part.verifications, params), verified)


def verify(
    decision: Decision, embeddings: NDArray[np.float32], labels: Labels, params: EvaluateParams
) -> list[Verification]:
    """Scores the verifications that the data allows by the decision's evidence, as a distance.

    Args:
        decision: of val.
        embeddings: float32 [N, D].
        labels: of the N images.
        params: of the step.
    """
    draws = [params.draws_of(count) for count in (1, params.references)]
    result: list[Verification] = []
    for kind in decision.models:
        fuse = decision.fusion(kind)
        for v in verifications(embeddings, labels, draws, params.far, fuse, kinds=[kind]):
            result.append(replace(v, protocol=DECISION))
    return result


def measure(
    decision: Decision,
    verified: Sequence[Verification],
    plain: Sequence[Verification],
    params: EvaluateParams,
) -> Metrics:
    """Computes the figures of a decision.

    Args:
        decision: of val.
        verified: of `verify`.
        plain: the same comparisons by the mean distance.
        params: of the step.
    """
    metrics: Metrics = {}
    for v in verified:
        metrics |= figures(v, params.far, FIGURES) | intervals(v, params.far, FIGURES)
        metrics |= costs(decision, v) | _carried(decision, v, params)
        for other in plain:
            if (other.kind, other.references) == (v.kind, v.references):
                gain = eer(other) - eer(v)
                name = f"{v.key}/{EER_GAIN}"
                metrics |= {name: gain.value} | gain.ends_of_difference(name)
    return {name: value for name, value in metrics.items() if np.isfinite(value)}


def evidence(decision: Decision, verification: Verification) -> tuple[Evidence, Evidence]:
    """Returns the log-likelihood ratios of the genuine and of the impostor comparisons."""
    kind = verification.kind
    return (
        _evidence(decision, kind, verification.genuine),
        _evidence(decision, kind, verification.impostor),
    )


def costs(decision: Decision, verification: Verification) -> Metrics:
    """Computes Cllr with its interval, its least value and the loss of the calibration."""
    genuine, impostor = evidence(decision, verification)
    estimate = of_cllr(genuine, impostor)
    key = verification.key
    return {
        f"{key}/{CLLR}": estimate.value,
        **estimate.ends_of_cost(f"{key}/{CLLR}"),
        f"{key}/{CLLR_MIN}": cllr_min(genuine.llr, impostor.llr),
        f"{key}/{CALIBRATION_LOSS}": calibration_loss(genuine.llr, impostor.llr),
    }


def _carried(decision: Decision, v: Verification, params: EvaluateParams) -> Metrics:
    """Computes FAR, FRR and the share that is left to a person, at the limits of all policies."""
    metrics: Metrics = {}
    for policy in params.decision_policies:
        limits = decision.limits(v.kind, v.references, policy)
        if limits is None:
            continue
        low, high = v.scored.errors([float(as_distance(limit)) for limit in limits])
        rates = {"far": high[0], "frr": low[1]}
        if limits.low < limits.high:
            rates[REVIEWED["impostor"]] = _between(low[0], high[0])
            rates[REVIEWED["genuine"]] = _between(high[1], low[1])
        for rate, count in rates.items():
            name = carried_rate(v.key, rate, policy, params.target_name)
            metrics |= share_of(name, count)
    return metrics


def _between(more: ErrorCounts, fewer: ErrorCounts) -> ErrorCounts:
    return more._replace(errors=more.errors - fewer.errors)


def _evidence(decision: Decision, kind: str, scores: Scores) -> Evidence:
    llr = decision.llr(kind, as_score(scores.distance))
    return Evidence(llr, scores.identity, scores.probe)
