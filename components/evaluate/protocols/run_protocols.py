"""All protocols on one part of the split: their metrics with intervals, tables and thresholds."""

from collections.abc import Callable, Collection, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols import closed_set, open_set, threshold_choice
from components.evaluate.protocols.literature import sample_pairs
from components.evaluate.protocols.reference_count import verify_by_references
from components.evaluate.scoring.confidence_intervals import intervals
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import Verification, figures, verifications
from components.shared.verification.metric_names import on_val
from components.shared.verification.roc_thinning import thin
from components.shared.verification.threshold import Threshold

Metrics = dict[str, float]
EERS = ("eer", "eer_user")


class ComparedPart(NamedTuple):
    """One part of the split and its comparisons.

    Attributes:
        part: the images and their identities.
        embeddings: float32 [n, D].
        verifications: those of the protocol `deployed`; empty without it.
    """

    part: EvaluationSet
    embeddings: NDArray[np.float32]
    verifications: list[Verification]


class ProtocolResults(NamedTuple):
    """Metrics by name, all finite, and tables by the name of their CSV file."""

    metrics: Metrics
    tables: Mapping[str, pd.DataFrame] = {}


def compare_part(
    part: EvaluationSet, embeddings: NDArray[np.float32], params: EvaluateParams
) -> ComparedPart:
    """Compares the images of one part as the protocol `deployed` does, where it is chosen."""
    counts = [1, params.references] if "deployed" in params.protocols else []
    draws = [params.draws_of(count) for count in counts]
    return ComparedPart(part, embeddings, verifications(embeddings, part.labels, draws, params.far))


def run_protocols(part: ComparedPart, params: EvaluateParams) -> ProtocolResults:
    """Runs the chosen protocols on one part."""
    metrics: Metrics = {}
    tables: dict[str, pd.DataFrame] = {}
    for protocol in params.protocol_names:
        results = PROTOCOLS[protocol](part, params)
        metrics |= results.metrics
        tables |= results.tables
    finite = {name: float(value) for name, value in metrics.items() if np.isfinite(value)}
    return ProtocolResults(finite, tables)


def choose_thresholds(val: ComparedPart, params: EvaluateParams) -> list[Threshold]:
    """Chooses on val the thresholds of `deployed` and the reject rules of `identification`."""
    thresholds = threshold_choice.choose_thresholds(val.verifications, params)
    if "identification" in params.protocols:
        candidates = open_set.find_candidates(val.embeddings, val.part.labels, params)
        if candidates is not None:
            thresholds += open_set.choose_reject_rules(candidates, params)
    return thresholds


def apply_thresholds(
    test: ComparedPart, thresholds: list[Threshold], params: EvaluateParams
) -> Metrics:
    """Computes the error rates on test under thresholds and reject rules that val chose."""
    metrics = threshold_choice.apply_thresholds(test.verifications, thresholds, params)
    if "identification" in params.protocols:
        candidates = open_set.find_candidates(test.embeddings, test.part.labels, params)
        if candidates is not None:
            metrics |= open_set.apply_reject_rules(candidates, thresholds, params)
    return metrics


def name_as_val(metrics: Metrics) -> Metrics:
    """Returns metrics under the names that those of val have: `val/…`."""
    return {on_val(name): value for name, value in metrics.items()}


def _deployed(part: ComparedPart, params: EvaluateParams) -> ProtocolResults:
    metrics: Metrics = {}
    for verification in part.verifications:
        metrics |= _rates(verification, params)
    draws = params.draws_of(params.references)
    ranks = closed_set.rank_probes(part.embeddings, part.part.labels, draws)
    if ranks is not None:
        metrics |= closed_set.accuracy_metrics(ranks)
    return ProtocolResults(metrics)


def _literature(part: ComparedPart, params: EvaluateParams) -> ProtocolResults:
    metrics: Metrics = {}
    draws = [params.draws_of(1)]
    for single in verifications(part.embeddings, part.part.labels, draws, params.far):
        if single.kind == "skilled":
            metrics |= _rates(sample_pairs(single, params.seed), params)
    return ProtocolResults(metrics)


def _references(part: ComparedPart, params: EvaluateParams) -> ProtocolResults:
    metrics: Metrics = {}
    draws = params.draws_of(params.references)
    for verification in verify_by_references(part.embeddings, part.part.labels, draws, params.far):
        metrics |= _rates(verification, params, EERS)
    return ProtocolResults(metrics)


def _identification(part: ComparedPart, params: EvaluateParams) -> ProtocolResults:
    metrics: Metrics = {}
    tables: dict[str, pd.DataFrame] = {}
    draws = params.draws_of(params.references)
    ranks = closed_set.rank_probes(part.embeddings, part.part.labels, draws)
    if ranks is not None:
        metrics |= closed_set.rank_metrics(ranks)
        tables["cmc.csv"] = closed_set.cmc_table(ranks)
    candidates = open_set.find_candidates(part.embeddings, part.part.labels, params)
    if candidates is not None:
        metrics |= open_set.dir_metrics(candidates, params)
        curve = thin(open_set.dir_curve(candidates))
        tables["open_set.csv"] = open_set.curve_table(curve)
    return ProtocolResults(metrics, tables)


def _rates(
    verification: Verification, params: EvaluateParams, only: Collection[str] | None = None
) -> Metrics:
    """Computes the rates of a verification, or some of them, and their intervals."""
    rates = figures(verification, params.far, only)
    return rates | intervals(verification, params.far, only)


PROTOCOLS: dict[str, Callable[[ComparedPart, EvaluateParams], ProtocolResults]] = {
    "deployed": _deployed,
    "literature": _literature,
    "references": _references,
    "identification": _identification,
}
