"""Shortcuts in the data: forged told from genuine, or identities, without the writing itself; and
what tells collections apart.
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.audit import baselines, image_statistics, weighted_statistics
from components.evaluate.protocols.run_protocols import ComparedPart
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import verifications
from components.shared.data.image_store import ImageStore
from components.shared.verification import collection_probe, metric_names, shortcut_probe
from components.shared.verification.sampling import Draws
from components.shared.verification.shortcut_probe import ProbeReport

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
) -> ProbeReport:
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
    apart = _collections(sources.iloc[rows], statistics, index)
    figures |= weighted.figures | apart.figures
    return ProbeReport(figures, lines + weighted.lines + apart.lines)


def tell_collections(store: ImageStore, parts: Sequence[ComparedPart]) -> ProbeReport:
    """Probes the embeddings of some parts for what tells the collections apart."""
    index = store.index.iloc[np.concatenate([each.part.rows for each in parts])]
    if "collection" not in index:
        return ProbeReport({}, [])
    embeddings = np.concatenate([each.embeddings for each in parts])
    result = collection_probe.probe(embeddings, index["identity"], index["collection"])
    return collection_probe.report(result, "embeddings", "the embeddings")


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


def _collections(
    sources: pd.DataFrame, statistics: pd.DataFrame, index: pd.DataFrame
) -> ProbeReport:
    """Probes source files and prepared images for what tells the collections apart."""
    of_sources = collection_probe.of_sources(sources, index)
    if "collection" not in index:
        return of_sources
    result = collection_probe.probe(statistics, index["identity"], index["collection"])
    of_images = collection_probe.report(result, "prepared", PREPARED_IMAGES)
    return ProbeReport(of_sources.figures | of_images.figures, of_sources.lines + of_images.lines)


def _probe_images(statistics: pd.DataFrame, index: pd.DataFrame) -> ProbeReport:
    probe = shortcut_probe.probe(statistics, shortcut_probe.labels_of(index))
    if probe is None:
        return ProbeReport({}, [])
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
