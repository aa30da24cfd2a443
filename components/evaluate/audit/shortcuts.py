"""What tells forged from genuine, or one identity from another, without looking at what was
written.
"""

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.audit import baselines, image_statistics
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import Subject
from components.evaluate.scoring.evaluation_set import Part
from components.evaluate.scoring.verification import verifications
from components.shared.data.image_store import ImageStore, read_sources
from components.shared.verification import metric_names, shortcut_probe
from components.shared.verification.sampling import Draws

MOST_IMAGES = 1000
"""The best statistic is chosen on the first identities of train that have so many images: comparisons grow squared."""
WARNING = (
    "simple statistics of the prepared images tell forged from genuine: error rates on skilled forgeries may rest on "
    "how images were made, not on who wrote"
)


def shortcuts(
    prepared: Path, store: ImageStore, train: Part, of: Subject, params: EvaluateParams
) -> shortcut_probe.ProbeReport:
    """Probes the prepared images and their sources, and measures the best single statistic as a
    distance.

    Args:
        prepared: the folder of the image store, with sources.parquet.
        store: the image store.
        train: the identities on which the best statistic is chosen.
        of: the identities that are reported on; the probes stand on theirs and on train's.
        params: number and seed of the resamplings.

    Raises:
        InputError: sources.parquet is missing or not of these images.
    """
    rows = np.concatenate([train.rows, of.part.rows])
    index = store.index.iloc[rows]
    sources = read_sources(prepared, len(store.index)).iloc[rows]
    described = image_statistics.describe(store.images, rows)
    from_source = shortcut_probe.of_sources(sources, index, params.resampling)
    found = shortcut_probe.probe(described, shortcut_probe.labels_of(index), params.resampling)
    figures, lines = dict(from_source.figures), list(from_source.lines)
    if found:
        from_prepared = shortcut_probe.report(
            found,
            metric_names.probe("prepared"),
            "simple statistics of the prepared images",
            WARNING,
        )
        figures, lines = from_prepared.figures | figures, from_prepared.lines + lines
    on_train, here = described[: len(train.rows)], _standardised(described)[len(train.rows) :]
    for kind, name in best(on_train, train).items():
        column = here[:, [list(described.columns).index(name)]]
        ours = [v for v in of.verifications if v.kind == kind]
        figures |= baselines.against(
            "best_statistic", column, of.part.labels, ours, params.resampling
        )
        lines.append(
            f"best single statistic as a distance, {kind} forgeries, chosen on train: {name}"
        )
    return shortcut_probe.ProbeReport(figures, lines)


def best(described: pd.DataFrame, train: Part) -> dict[str, str]:
    """The statistic whose difference has the lowest single-reference EER, for each kind of impostor
    that there is.

    Args:
        described: float64 [n, S] statistics of train's images.
        train: whose they are.
    """
    if not len(train.rows):
        return {}
    some = _first(train, MOST_IMAGES)
    values = _standardised(described)[: len(train.rows)]
    rates: dict[str, dict[str, float]] = {}
    for name, column in zip(
        described.columns, values[np.isin(train.rows, some.rows)].T, strict=True
    ):
        for v in verifications(column[:, None], some.labels, [Draws(references=1)]):
            rates.setdefault(v.kind, {})[str(name)] = v.scored.eer().rate
    return {kind: min(each, key=lambda name: each[name]) for kind, each in rates.items()}


def _first(whose: Part, most: int) -> Part:
    """The first identities, at least two, that together have no more than `most` images."""
    until = np.cumsum(np.bincount(whose.identity, minlength=len(whose.names)))
    count = max(int((until <= most).sum()), 2)
    kept = whose.identity < count
    return Part(whose.rows[kept], whose.names[:count], whose.identity[kept], whose.forged[kept])


def _standardised(described: pd.DataFrame) -> NDArray[np.float64]:
    """Statistics with mean 0 and deviation 1: small differences between large numbers would be lost
    in a distance.
    """
    values = described.to_numpy(np.float64)
    spread = values.std(axis=0)
    return np.asarray((values - values.mean(axis=0)) / np.where(spread > 0, spread, 1))
