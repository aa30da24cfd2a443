"""All figures of one part of the split, protocol by protocol, with their intervals."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols import closed_set, open_set, threshold_choice
from components.evaluate.protocols.literature import field
from components.evaluate.protocols.reference_count import references
from components.evaluate.scoring.confidence_intervals import intervals
from components.evaluate.scoring.evaluation_set import Part
from components.evaluate.scoring.roc_thinning import thin
from components.evaluate.scoring.verification import Verification, figures, verifications
from components.shared.verification.metric_names import on_val
from components.shared.verification.threshold import Threshold

Metrics = dict[str, float]
EERS = ("eer", "eer_user")


class Subject(NamedTuple):
    """One part: whose images they are, their embeddings float32 [n, D], and what `deployed`
    compares.
    """

    part: Part
    vectors: NDArray[np.float32]
    verifications: list[Verification]


class Measured(NamedTuple):
    """Figures by name, all finite, and tables by the name of their file."""

    metrics: Metrics
    tables: Mapping[str, pd.DataFrame] = {}


def subject(part: Part, vectors: NDArray[np.float32], params: EvaluateParams) -> Subject:
    """The part, with its comparisons."""
    counts = [1, params.references] if "deployed" in params.protocols else []
    draws = [params.draws_of(count) for count in counts]
    return Subject(part, vectors, verifications(vectors, part.labels, draws, params.far))


def measure(of: Subject, params: EvaluateParams) -> Measured:
    """All that the protocols say of one part."""
    metrics: Metrics = {}
    tables: dict[str, pd.DataFrame] = {}
    for protocol in params.protocols:
        found = PROTOCOLS[protocol](of, params)
        metrics |= found.metrics
        tables |= found.tables
    return Measured(
        {name: float(value) for name, value in metrics.items() if np.isfinite(value)}, tables
    )


def choose(val: Subject, params: EvaluateParams) -> list[Threshold]:
    """What val chooses for the protocols that carry something to test."""
    chosen = threshold_choice.choose(val.verifications, params)
    if "identification" in params.protocols:
        found = open_set.answers(val.vectors, val.part.labels, params)
        chosen += [] if found is None else open_set.choose(found, params)
    return chosen


def carry(test: Subject, chosen: list[Threshold], params: EvaluateParams) -> Metrics:
    """The errors on test of what was chosen on val."""
    result = threshold_choice.carry(test.verifications, chosen, params)
    if "identification" in params.protocols:
        found = open_set.answers(test.vectors, test.part.labels, params)
        result |= {} if found is None else open_set.carry(found, chosen, params)
    return result


def of_val(metrics: Metrics) -> Metrics:
    """The figures under the names that say that they are val's."""
    return {on_val(name): value for name, value in metrics.items()}


def _deployed(of: Subject, params: EvaluateParams) -> Measured:
    metrics: Metrics = {}
    for verification in of.verifications:
        metrics |= _rates(verification, params)
    draws = params.draws_of(params.references)
    ranks = closed_set.ranks(of.vectors, of.part.labels, draws)
    if ranks is not None:
        metrics |= closed_set.accuracy(ranks, params.resampling)
    return Measured(metrics)


def _field(of: Subject, params: EvaluateParams) -> Measured:
    metrics: Metrics = {}
    draws = [params.draws_of(1)]
    for single in verifications(of.vectors, of.part.labels, draws, params.far):
        if single.kind == "skilled":
            metrics |= _rates(field(single, params.seed), params)
    return Measured(metrics)


def _references(of: Subject, params: EvaluateParams) -> Measured:
    metrics: Metrics = {}
    draws = params.draws_of(params.references)
    for verification in references(of.vectors, of.part.labels, draws, params.far):
        metrics |= _rates(verification, params, EERS)
    return Measured(metrics)


def _identification(of: Subject, params: EvaluateParams) -> Measured:
    metrics: Metrics = {}
    tables = {}
    draws = params.draws_of(params.references)
    if (ranks := closed_set.ranks(of.vectors, of.part.labels, draws)) is not None:
        metrics |= closed_set.at_ranks(ranks, params.resampling)
        tables["cmc.csv"] = closed_set.cmc(ranks, params.resampling)
    if (answers := open_set.answers(of.vectors, of.part.labels, params)) is not None:
        metrics |= open_set.figures(answers, params)
        tables["open_set.csv"] = open_set.table(thin(open_set.curve(answers)))
    return Measured(metrics, tables)


def _rates(
    verification: Verification, params: EvaluateParams, only: Collection[str] | None = None
) -> Metrics:
    """Computes the figures of a verification, or some of them, and their intervals."""
    rates = figures(verification, params.far, only)
    return rates | intervals(verification, params.far, params.resampling, only)


PROTOCOLS = {
    "deployed": _deployed,
    "field": _field,
    "references": _references,
    "identification": _identification,
}
