"""The shortcut probe: can a few simple statistics of an image tell forged from genuine?

Where they can, without looking at what was written, so can a network, and its error rates on
skilled forgeries say little about forgeries that come by another way. The probe is a logistic
regression, tested on identities that it was not fitted to; beside it stands the best statistic
alone.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.verification import influence, metric_names
from components.shared.verification.estimate import Estimate, Floats
from components.shared.verification.influence import AcceptedCounts
from components.shared.verification.sampling import Labels

FOLDS = 5
SUSPICIOUS = 0.75
"""An AUC above this is warned of."""
SOURCE_FILES = "source files (mode, dpi, median grey, bytes, size)"
SOURCE_WARNING = (
    "the files themselves tell forged from genuine: error rates on skilled forgeries of a model "
    "that sees this would be false"
)
NUMBERS = ["dpi", "median_grey", "file_bytes", "height", "width"]


class Probe(NamedTuple):
    """AUCs at which statistics tell forged from genuine.

    Attributes:
        auc: of the regression, over the images of all folds, and its interval.
        best: the statistic that tells most by itself.
        best_auc: its AUC, the larger or the smaller value being the forgery's, and its interval.
        n_identities: those with images of both kinds, on which all of this stands.
        n_images: theirs.
    """

    auc: Estimate
    best: str
    best_auc: Estimate
    n_identities: int
    n_images: int


class ProbeReport(NamedTuple):
    """Figures by name, and the same in words; both are empty where nothing could be probed."""

    figures: dict[str, float]
    lines: list[str]


def probe(statistics: pd.DataFrame, labels: Labels) -> Probe | None:
    """Probes statistics for a shortcut.

    Args:
        statistics: [N, S] numbers, all finite.
        labels: of the N images.

    Returns:
        None where fewer than two identities have both genuine images and forgeries.
    """
    identity, forged = labels.identity, labels.forged
    both = np.intersect1d(identity[forged], identity[~forged])
    if len(both) < 2:
        return None
    used = np.isin(identity, both)
    values, fake = statistics.to_numpy(np.float64)[used], forged[used]
    owner = np.searchsorted(both, identity[used])
    alone = np.array([_estimate(column, fake, owner).value for column in values.T])
    best = int(np.argmax(np.abs(alone - 0.5)))
    predicted = _held_out_scores(values, fake, owner % min(FOLDS, len(both)))
    single = values[:, best] if alone[best] >= 0.5 else -values[:, best]
    return Probe(
        auc=_estimate(predicted, fake, owner),
        best=str(statistics.columns[best]),
        best_auc=_estimate(single, fake, owner),
        n_identities=len(both),
        n_images=len(fake),
    )


def report(result: Probe, key: str, statistics: str, warning: str) -> ProbeReport:
    """Reports a probe in figures and in words.

    Args:
        result: the probe.
        key: group of the figures' names.
        statistics: the statistics, in words.
        warning: consequence of an AUC above `SUSPICIOUS`, in words.
    """
    figures: dict[str, float] = {}
    for name, estimate in (("auc", result.auc), ("best_statistic_auc", result.best_auc)):
        figures |= {name: estimate.value} | estimate.ends(name)
    figures |= {"n_identities": float(result.n_identities), "n_images": float(result.n_images)}
    line = (
        f"{statistics} tell forged from genuine with AUC {_in_words(result.auc)}; "
        f"best alone: {result.best}, {_in_words(result.best_auc)}; "
        f"{result.n_identities} identities, {result.n_images:,} images"
    )
    lines = [line] if result.auc.value <= SUSPICIOUS else [line, f"warning: {warning}"]
    return ProbeReport({f"{key}/{name}": value for name, value in figures.items()}, lines)


def of_sources(sources: pd.DataFrame, index: pd.DataFrame) -> ProbeReport:
    """Probes the source files, as they were before normalising.

    Args:
        sources: rows of sources.parquet.
        index: the same rows of index.parquet: identity, kind.
    """
    result = probe(source_statistics(sources), labels_of(index))
    if result is None:
        return ProbeReport({}, [])
    return report(result, metric_names.probe("source"), SOURCE_FILES, SOURCE_WARNING)


def source_statistics(sources: pd.DataFrame) -> pd.DataFrame:
    """Returns what is probed of the source files, float64 [N, S], a statistic a column."""
    statistics = pd.DataFrame(index=sources.index)
    for mode in sorted(set(sources["mode"])):
        statistics[f"mode {mode}"] = sources["mode"] == mode
    return pd.concat([statistics, sources[NUMBERS]], axis=1).astype(np.float64)


def labels_of(index: pd.DataFrame) -> Labels:
    """Returns the labels of the rows of an index, by the columns `identity` and `kind`."""
    return Labels(index["identity"].to_numpy(str), (index["kind"] == "forgery").to_numpy(bool))


def _in_words(estimate: Estimate) -> str:
    interval = estimate.rate_interval()
    within = "–" if interval is None else f"{interval[0]:.3f}–{interval[1]:.3f}"
    return f"{estimate.value:.3f} ({within})"


def _held_out_scores(values: Floats, forged: NDArray[np.bool_], fold: NDArray[np.intp]) -> Floats:
    """Computes the score of each image by the regression fitted to the other folds.

    Higher is more like a forgery.
    """
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return np.asarray(
        cross_val_predict(
            model, values, forged, cv=PredefinedSplit(fold), method="decision_function"
        ),
        np.float64,
    )


def _estimate(scores: Floats, forged: NDArray[np.bool_], owner: NDArray[np.intp]) -> Estimate:
    """Estimates the AUC of scores: the fits stay as they are, and identities vary.

    It is the probability that a forgery ranks above a genuine image, ties counting one half.

    Args:
        scores: [N], higher for a forgery.
        forged: bool [N].
        owner: int [N], from 0, the identity of each image.

    Genuine images with scores 0, 0, 1 and forgeries with 1, 2:

    >>> scores = np.array([0.0, 0.0, 1.0, 1.0, 2.0])
    >>> _estimate(scores, np.array([0, 0, 0, 1, 1], bool), np.zeros(5, int)).value
    0.9166666666666666
    """
    rank = np.unique(scores, return_inverse=True)[1]
    shape = owner.max() + 1, rank.max() + 2
    counts = np.zeros((2, *shape))
    np.add.at(counts, (forged.astype(np.intp), owner, rank + 1), 1)
    genuine, forgeries = np.cumsum(counts, axis=2)
    accepted = AcceptedCounts(genuine, forgeries)
    farther = 1 - (accepted.far[1:] + accepted.far[:-1]) / 2
    area = float(np.diff(1 - accepted.frr) @ farther)
    return influence.of_auc(area, accepted)
