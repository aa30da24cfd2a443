"""Shortcuts in the data: forged told from genuine, or identities, without the writing itself."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.audit import baselines, image_statistics, weighted_statistics
from components.evaluate.protocols.run_protocols import ComparedPart
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import verifications
from components.shared.data.image_store import ImageStore
from components.shared.verification import metric_names, shortcut_probe
from components.shared.verification.sampling import Draws

MAX_IMAGES = 1000
"""Images of train on which the best statistic is chosen: comparisons grow with their square."""
PREPARED_IMAGES = "simple statistics of the prepared images"
WARNING = (
    "simple statistics of the prepared images tell forged from genuine: error rates on skilled "
    "forgeries may rest on how images were made, not on who wrote"
)


def find_shortcuts(
    store: ImageStore,
    sources: pd.DataFrame,
    train: EvaluationSet,
    reported: ComparedPart,
    seed: int,
) -> shortcut_probe.ProbeReport:
    """Probes the prepared images and their sources, and verifies by simple statistics.

    Args:
        store: the image store.
        sources: of its images, as `read_sources` returns them.
        train: the identities on which the best statistic is chosen and all are weighted.
        reported: the identities that are reported on; the probes use theirs and those of train.
        seed: of the pairs of train by which statistics are weighted.
    """
    rows = np.concatenate([train.rows, reported.part.rows])
    index = store.index.iloc[rows]
    statistics = image_statistics.describe(store.images, rows)
    of_sources = shortcut_probe.of_sources(sources.iloc[rows], index)
    of_images = _probe_images(statistics, index)
    figures = of_images.figures | of_sources.figures
    lines = of_images.lines + of_sources.lines
    values = _standardise(statistics)
    columns = values[len(train.rows) :]
    for kind, name in best_statistics(statistics[: len(train.rows)], train).items():
        column = columns[:, [list(statistics.columns).index(name)]]
        ours = [v for v in reported.verifications if v.kind == kind]
        figures |= baselines.compare_with_baseline(
            "best_statistic", column, reported.part.labels, ours
        )
        lines.append(
            f"best single statistic as a distance, {kind} forgeries, chosen on train: {name}"
        )
    weighted = weighted_statistics.compare(values, train.labels, reported, seed)
    return shortcut_probe.ProbeReport(figures | weighted.figures, lines + weighted.lines)


def best_statistics(statistics: pd.DataFrame, train: EvaluationSet) -> dict[str, str]:
    """Finds the statistic whose difference, taken as a distance, has the lowest EER.

    Args:
        statistics: float64 [n, S] of train's images.
        train: their identities.

    Returns:
        By kind of impostor, where train has it; nothing without identities.
    """
    if not len(train.rows):
        return {}
    subset = _first_identities(train, MAX_IMAGES)
    values = _standardise(statistics)[np.isin(train.rows, subset.rows)]
    eers: dict[str, dict[str, float]] = {}
    for name, column in zip(statistics.columns, values.T, strict=True):
        for v in verifications(column[:, None], subset.labels, [Draws(references=1)]):
            eers.setdefault(v.kind, {})[str(name)] = v.scored.eer().rate
    return {kind: min(by_name, key=by_name.__getitem__) for kind, by_name in eers.items()}


def _probe_images(statistics: pd.DataFrame, index: pd.DataFrame) -> shortcut_probe.ProbeReport:
    probe = shortcut_probe.probe(statistics, shortcut_probe.labels_of(index))
    if probe is None:
        return shortcut_probe.ProbeReport({}, [])
    return shortcut_probe.report(probe, metric_names.probe("prepared"), PREPARED_IMAGES, WARNING)


def _first_identities(part: EvaluationSet, limit: int) -> EvaluationSet:
    """Returns the first identities, at least two, that together have at most `limit` images."""
    until = np.cumsum(np.bincount(part.identity, minlength=len(part.names)))
    count = max(int((until <= limit).sum()), 2)
    first = part.identity < count
    collection = None if part.collection is None else part.collection[first]
    return EvaluationSet(
        part.rows[first],
        part.names[:count],
        part.identity[first],
        part.forged[first],
        collection=collection,
    )


def _standardise(statistics: pd.DataFrame) -> NDArray[np.float64]:
    """Returns statistics with mean 0 and deviation 1.

    Small differences between large numbers would be lost in a distance.
    """
    values = statistics.to_numpy(np.float64)
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(spread > 0, spread, 1))
