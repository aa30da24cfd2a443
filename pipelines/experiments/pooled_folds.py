"""What the folds of a cross-validation say together: their comparisons in one pool, mean and spread
of their rates.
"""

import statistics
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.confidence_intervals import intervals
from components.evaluate.scoring.verification import Verification, figures
from components.shared.runtime.errors import InputError
from components.shared.verification.comparisons import Scores
from components.shared.verification.metric_names import (
    KINDS,
    N_PAIRS,
    Comparisons,
    split,
    verification,
    without_end,
)

Metrics = dict[str, float]


class Fold(NamedTuple):
    """What was measured on the test identities of one fold.

    Attributes:
        metrics: by name.
        scores: a row a comparison: identity (the claimed one), kind, references, distance.
    """

    metrics: Metrics
    scores: pd.DataFrame


class Pool(NamedTuple):
    """The verifications of each fold, those of all folds together, and what could not be pooled, by
    keys of metrics.

    A fold of very many comparisons keeps a part of them only, and a pool of parts would be no pool:
    a verification of which a fold has only a part is missing there, and is named in `thinned`.
    """

    folds: list[dict[str, Verification]]
    together: list[Verification]
    thinned: list[str]


def keys(folds: Iterable[Fold]) -> list[str]:
    """`verification/<kind>/refs_<n>` of all that was measured, skilled before random, few
    references before many.
    """
    measured = {comparisons for fold in folds for comparisons in _measured(fold)}
    ordered = sorted(measured, key=lambda each: (KINDS.index(each.kind), each.references))
    return [str(comparisons) for comparisons in ordered]


def pool(folds: Sequence[Fold]) -> Pool:
    """Puts the comparisons of all folds together.

    Raises:
        InputError: an identity is tested in two folds.
    """
    names = _disjoint([fold.scores["identity"].unique() for fold in folds])
    separate = [_verifications(fold, names) for fold in folds]
    thinned = [
        key
        for key in keys(folds)
        if any(
            f"{key}/{N_PAIRS}" in fold.metrics and key not in own
            for fold, own in zip(folds, separate, strict=True)
        )
    ]
    together = [
        _joined([own[key] for own in separate if key in own])
        for key in keys(folds)
        if key not in thinned
    ]
    return Pool(separate, together, thinned)


def measure(together: Iterable[Verification], params: EvaluateParams) -> Metrics:
    """The figures of pooled verifications with their intervals over the identities of all folds."""
    result: Metrics = {}
    for pooled in together:
        result |= figures(pooled, params.far)
        result |= intervals(pooled, params.far, params.resampling)
    return result


def spread(folds: Sequence[Fold]) -> Metrics:
    """`…_mean` and `…_sd` over the folds of every rate of verification; the sd is the sample's,
    with n − 1.
    """
    prefixes = tuple(f"{key}/" for key in keys(folds))
    names = {
        name
        for fold in folds
        for name in fold.metrics
        if name.startswith(prefixes) and _is_rate(name)
    }
    result: Metrics = {}
    for name in sorted(names):
        values = [fold.metrics[name] for fold in folds if name in fold.metrics]
        result[f"{name}_mean"] = statistics.fmean(values)
        if len(values) > 1:
            result[f"{name}_sd"] = statistics.stdev(values)
    return result


def _disjoint(tested: Sequence[NDArray[np.object_]]) -> list[str]:
    """The names of all identities, sorted."""
    first: dict[str, int] = {}
    for number, identities in enumerate(tested):
        for identity in identities:
            if first.setdefault(identity, number) != number:
                raise InputError(
                    f"identity '{identity}' is tested in folds {first[identity]} and {number}; did the data change "
                    "while the folds were run? Give the same command again"
                )
    return sorted(first)


def _verifications(fold: Fold, names: list[str]) -> dict[str, Verification]:
    """The fold's verifications of which all comparisons were kept, by key."""
    result = {}
    rows = dict(iter(fold.scores.groupby(["kind", "references"])))
    for comparisons in _measured(fold):
        key, kind, references = str(comparisons), comparisons.kind, comparisons.references
        same, other = rows["genuine", references], rows[kind, references]
        if len(same) + len(other) == fold.metrics[f"{key}/{N_PAIRS}"]:
            result[key] = Verification(
                kind, references, _scores(same, names), _scores(other, names)
            )
    return result


def _measured(fold: Fold) -> list[Comparisons]:
    """Returns the verifications whose number of comparisons stands in the fold's metrics."""
    result = []
    for name in fold.metrics:
        group, figure = split(name)
        comparisons = Comparisons.parse(group)
        if figure != N_PAIRS or comparisons is None or comparisons.kind not in KINDS:
            continue
        if str(comparisons) == verification(comparisons.kind, comparisons.references):
            result.append(comparisons)
    return result


def _scores(rows: pd.DataFrame, names: list[str]) -> Scores:
    identity = np.searchsorted(names, rows["identity"].to_numpy(dtype=str))
    return Scores(rows["distance"].to_numpy(np.float32), identity.astype(np.int32))


def _joined(parts: Sequence[Verification]) -> Verification:
    genuine, impostor = (
        Scores(
            np.concatenate([side.distance for side in sides]),
            np.concatenate([side.identity for side in sides]),
        )
        for sides in ([part.genuine for part in parts], [part.impostor for part in parts])
    )
    return Verification(parts[0].kind, parts[0].references, genuine, impostor)


def _is_rate(name: str) -> bool:
    return without_end(name) == name and not split(name)[1].startswith("n_")
