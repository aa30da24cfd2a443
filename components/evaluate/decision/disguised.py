"""Outcomes of disguised signatures, which their author wrote so as to deny them.

They are neither genuine nor forged here: a rule is right about the hand if it accepts them, and
does what their author wants if it rejects them.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, Metrics
from components.evaluate.scoring.confidence_intervals import share_of
from components.shared.verification.claim_features import describe
from components.shared.verification.comparisons import Floats, Fusion, draw_references, mean
from components.shared.verification.decision import Decision
from components.shared.verification.decision_file import Decisions
from components.shared.verification.decision_limits import Limits
from components.shared.verification.metric_names import KINDS, carried_rate, disguised
from components.shared.verification.scored_comparisons import ErrorCounts
from components.shared.verification.threshold import of_claims


class DisguisedImages(NamedTuple):
    """Disguised signatures of any identities.

    Attributes:
        identity: [m] names of the authors.
        embeddings: float32 [m, D].
    """

    identity: NDArray[np.str_]
    embeddings: NDArray[np.float32]


class _Rule(NamedTuple):
    """A rule for claims with one number of references.

    Attributes:
        score: computes the evidence [R, m] of claims, as a fusion does distances.
        limits: of the evidence, by policy.
    """

    score: Fusion
    limits: dict[str, Limits]


class _Claims(NamedTuple):
    """Claims of some identities to have written their disguised signatures.

    Attributes:
        scores: of each identity, the evidence [R, m] of m signatures with R draws of references.
        images: number of all signatures.
    """

    scores: list[Floats]
    images: int


def measure_disguised(
    images: DisguisedImages, part: ComparedPart, decisions: Decisions, params: EvaluateParams
) -> Metrics:
    """Measures how many disguised signatures are accepted, rejected and left to a person.

    Each is claimed to be of its author, with one reference and with several, which are drawn among
    the genuine images as for all claims.

    Args:
        images: of identities of the part; others play no role.
        part: the reported part.
        decisions: of val; the decision model where there is one, else the mean distance's
            thresholds.
        params: of the step.

    Returns:
        Shares with intervals over identities, by policy, and what they stand on; nothing without
        such signatures or limits.
    """
    metrics: Metrics = {}
    for references in (1, params.references):
        rule = _rule(decisions, references, params)
        if rule is None:
            continue
        claims = _compare(images, part, rule, references, params)
        if not claims.scores:
            continue
        group = disguised(references)
        for policy, limits in rule.limits.items():
            outcomes = {
                "accepted": [limits.accepted(each) for each in claims.scores],
                "rejected": [limits.rejected(each) for each in claims.scores],
            }
            if limits.low < limits.high:
                outcomes["reviewed"] = [limits.reviewed(each) for each in claims.scores]
            for outcome, flags in outcomes.items():
                name = carried_rate(group, outcome, policy, params.target_name)
                metrics |= share_of(name, _counts(flags))
        metrics[f"{group}/n_identities"] = float(len(claims.scores))
        metrics[f"{group}/n_pairs"] = float(sum(each.size for each in claims.scores))
        metrics[f"{group}/n_images"] = float(claims.images)
    return metrics


def _rule(decisions: Decisions, references: int, params: EvaluateParams) -> _Rule | None:
    """Returns the rule that decides, against skilled forgeries where val had them."""
    decision = decisions.chosen
    limits: dict[str, Limits] = {}
    if decision is not None:
        for policy in params.decision_policies:
            own = decision.limits(decision.kind, references, policy)
            if own is not None:
                limits[policy] = own
        return _Rule(_evidence(decision), limits) if limits else None
    for kind in KINDS:
        for threshold in of_claims(decisions.thresholds, kind, references):
            limits[threshold.policy] = Limits.single(-threshold.threshold)
        if limits:
            return _Rule(_nearness, limits)
    return None


def _evidence(decision: Decision) -> Fusion:
    def score(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
        claim = describe(genuine, probes, references, decision.parts)
        return decision.score(decision.kind, claim)

    return score


def _nearness(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
    """Returns minus the mean distance, as evidence."""
    return -mean(genuine, probes, references)


def _compare(
    images: DisguisedImages,
    part: ComparedPart,
    rule: _Rule,
    references: int,
    params: EvaluateParams,
) -> _Claims:
    scores: list[Floats] = []
    total = 0
    labels = part.part.labels
    for code, name in enumerate(part.part.names):
        own = np.flatnonzero((labels.identity == code) & ~labels.forged)
        probes = images.embeddings[images.identity == name]
        if not len(probes) or len(own) < references:
            continue
        drawn = draw_references(len(own), code, params.draws_of(references))
        genuine = part.embeddings[own].astype(np.float64)
        scores.append(rule.score(genuine, probes.astype(np.float64), drawn.references))
        total += len(probes)
    return _Claims(scores, total)


def _counts(flags: list[NDArray[np.bool_]]) -> ErrorCounts:
    errors = np.array([int(each.sum()) for each in flags])
    return ErrorCounts(errors, np.array([each.size for each in flags]))
