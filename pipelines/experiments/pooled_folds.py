"""Folds of a cross-validation taken together: their comparisons in one pool, mean and spread of
their rates.
"""

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.report.scores_file import llr_column
from components.evaluate.scoring.confidence_intervals import intervals
from components.evaluate.scoring.verification import Verification, figures
from components.shared.runtime.errors import InputError
from components.shared.verification import likelihood_ratio
from components.shared.verification.comparisons import Scores
from components.shared.verification.decision import as_distance, as_score
from components.shared.verification.likelihood_ratio import Evidence
from components.shared.verification.metric_names import (
    BASELINES,
    DECISION,
    KINDS,
    N_PAIRS,
    MetricGroup,
    floor,
    split,
    verification,
    without_end,
)

Metrics = dict[str, float]
DECIDED = ("eer", "eer_user")


class Fold(NamedTuple):
    """Results on the test identities of one fold.

    Attributes:
        metrics: by name.
        scores: a row for each comparison, as scores.parquet has them.
    """

    metrics: Metrics
    scores: pd.DataFrame


class Pool(NamedTuple):
    """Verifications of the folds, and of all folds together.

    A fold with very many comparisons writes only a part of them. A verification that is incomplete
    in one fold is not pooled.

    Attributes:
        folds: complete verifications of each fold, by key (`verification/skilled/refs_1`).
        pooled: verifications with the comparisons of all folds.
        decided: the same by the evidence of each fold's decision, where every fold has one.
        incomplete: keys of those that are not pooled.
    """

    folds: list[dict[str, Verification]]
    pooled: list[Verification]
    incomplete: list[str]
    decided: list[Verification]


def keys(folds: Iterable[Fold]) -> list[str]:
    """Returns the keys `verification/<kind>/refs_<n>` of all folds, skilled before random, few
    references before many.
    """
    groups: set[MetricGroup] = set()
    for fold in folds:
        groups.update(_groups(fold))
    ordered = sorted(groups, key=lambda group: (KINDS.index(group.kind), group.references))
    return [str(group) for group in ordered]


def pool(folds: Sequence[Fold]) -> Pool:
    """Puts the comparisons of all folds together.

    Raises:
        InputError: an identity is tested in two folds.
    """
    names = _disjoint([np.union1d(fold.scores["identity"], fold.scores["probe"]) for fold in folds])
    complete = [_verifications(fold, names) for fold in folds]
    pooled, incomplete = [], []
    for key in keys(folds):
        parts = [verifications[key] for verifications in complete if key in verifications]
        if len(parts) == sum(f"{key}/{N_PAIRS}" in fold.metrics for fold in folds):
            pooled.append(_join(parts))
        else:
            incomplete.append(key)
    return Pool(complete, pooled, incomplete, _decided(folds, names, pooled))


def measure(pool: Pool, params: EvaluateParams) -> Metrics:
    """Computes the figures of pooled verifications, with intervals over the identities of all
    folds.
    """
    result: Metrics = {}
    for each in pool.pooled:
        result |= figures(each, params.far)
        result |= intervals(each, params.far)
    for each in pool.decided:
        result |= figures(each, params.far, DECIDED)
        result |= intervals(each, params.far, DECIDED)
        result |= likelihood_ratio.figures(each.key, *_evidence(each))
    return result


def spread(folds: Sequence[Fold]) -> Metrics:
    """Computes `…_mean` and `…_sd` over the folds of every rate of verification and of the floors.

    The sd is the sample's: EERs of 0.5, 0 and 0.25 give 0.25 ± 0.25, the root of
    (0.25² + 0.25² + 0²) / (3 − 1).
    """
    floors = [floor(name, kind) for name in BASELINES for kind in KINDS]
    prefixes = tuple(f"{key}/" for key in [*keys(folds), *floors])
    names: set[str] = set()
    for fold in folds:
        names.update(name for name in fold.metrics if name.startswith(prefixes))
    result: Metrics = {}
    for name in sorted(filter(_is_rate, names)):
        values = [fold.metrics[name] for fold in folds if name in fold.metrics]
        result[f"{name}_mean"] = statistics.fmean(values)
        if len(values) > 1:
            result[f"{name}_sd"] = statistics.stdev(values)
    return result


def _disjoint(tested: Sequence[NDArray[np.object_]]) -> list[str]:
    """Returns the names of all identities, sorted."""
    first: dict[str, int] = {}
    for number, identities in enumerate(tested):
        for identity in identities:
            if first.setdefault(identity, number) != number:
                raise InputError(
                    f"identity '{identity}' is tested in folds {first[identity]} and {number}; "
                    "did the data change while the folds were run? Give the same command again"
                )
    return sorted(first)


def _verifications(fold: Fold, names: list[str]) -> dict[str, Verification]:
    """Returns the fold's verifications whose comparisons are all written, by key."""
    result = {}
    rows = dict(iter(fold.scores.groupby(["kind", "references"])))
    for group in _groups(fold):
        genuine, impostor = rows["genuine", group.references], rows[group.kind, group.references]
        if len(genuine) + len(impostor) == fold.metrics[f"{group}/{N_PAIRS}"]:
            result[str(group)] = Verification(
                group.kind, group.references, _scores(genuine, names), _scores(impostor, names)
            )
    return result


def _decided(
    folds: Sequence[Fold], names: list[str], pooled: Iterable[Verification]
) -> list[Verification]:
    """Returns pooled verifications by evidence, where all comparisons of all folds have it."""
    rows = pd.concat([fold.scores for fold in folds], ignore_index=True)
    decided = []
    for v in pooled:
        column = llr_column(v.kind)
        if column not in rows:
            continue
        own = rows[(rows["references"] == v.references) & rows["kind"].isin(["genuine", v.kind])]
        if own[column].notna().all():
            own = own.assign(distance=as_distance(own[column]))
            genuine, impostor = own[own["kind"] == "genuine"], own[own["kind"] == v.kind]
            scores = _scores(genuine, names), _scores(impostor, names)
            decided.append(Verification(v.kind, v.references, *scores, protocol=DECISION))
    return decided


def _evidence(verification: Verification) -> tuple[Evidence, Evidence]:
    """Returns the log-likelihood ratios of the genuine and of the impostor comparisons."""
    sides = []
    for scores in (verification.genuine, verification.impostor):
        sides.append(Evidence(as_score(scores.distance), scores.identity, scores.probe))
    return sides[0], sides[1]


def _groups(fold: Fold) -> list[MetricGroup]:
    """Returns the verifications whose number of comparisons stands in the fold's metrics."""
    result = []
    for name in fold.metrics:
        group, figure = split(name)
        comparisons = MetricGroup.parse(group)
        if figure != N_PAIRS or comparisons is None or comparisons.kind not in KINDS:
            continue
        if str(comparisons) == verification(comparisons.kind, comparisons.references):
            result.append(comparisons)
    return result


def _scores(rows: pd.DataFrame, names: list[str]) -> Scores:
    identity = np.searchsorted(names, rows["identity"].to_numpy(dtype=str))
    probe = np.searchsorted(names, rows["probe"].to_numpy(dtype=str))
    return Scores.of_columns(rows["distance"], identity, probe)


def _join(parts: Sequence[Verification]) -> Verification:
    genuine = Scores.join([part.genuine for part in parts])
    impostor = Scores.join([part.impostor for part in parts])
    return Verification(parts[0].kind, parts[0].references, genuine, impostor)


def _is_rate(name: str) -> bool:
    return without_end(name) == name and not split(name)[1].startswith("n_")
