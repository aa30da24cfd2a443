"""The shortcut probe: can a few simple statistics of an image tell forged from genuine?

Where they can, without looking at what was written, so can a network, and its error rates on skilled forgeries say
little about forgeries that come by another way. The probe is a logistic regression, tested on identities that it was
not fitted to; beside it stands the best statistic alone.
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.resampling import Floats, draw_weights, interval

FOLDS = 5
SUSPICIOUS = 0.75
"""An AUC above this is warned of."""
NUMBERS = ["dpi", "median_grey", "file_bytes", "height", "width"]


class Probe(NamedTuple):
    """How well statistics tell forged from genuine.

    Attributes:
        auc: of the regression, over the images of all folds.
        ends: of the 95 % interval of `auc`: identities resampled, the fits as they are; None without resamplings.
        best: the statistic that tells most by itself.
        best_auc: its AUC, whichever way round.
        n_identities: those with images of both kinds, on which all of this stands.
        n_images: theirs.
    """

    auc: float
    ends: tuple[float, float] | None
    best: str
    best_auc: float
    n_identities: int
    n_images: int


def source_statistics(sources: pd.DataFrame) -> pd.DataFrame:
    """What sources.parquet says of each file, as numbers [N, S]: a mode is 1 or 0."""
    modes = {f"mode {mode}": sources["mode"] == mode for mode in sorted(set(sources["mode"]))}
    return pd.DataFrame({**modes, **{name: sources[name] for name in NUMBERS}}).astype(np.float64)


def probe(
    statistics: pd.DataFrame, identity: NDArray[np.str_], forged: NDArray[np.bool_], resamplings: int, seed: int
) -> Probe | None:
    """Probes statistics for a shortcut.

    Args:
        statistics: [N, S] numbers, all finite.
        identity: [N]; of a forgery, the identity imitated.
        forged: [N].
        resamplings: of the identities, for the interval.
        seed: of the resamplings.

    Returns:
        None where fewer than two identities have both genuine images and forgeries.
    """
    both = np.intersect1d(identity[forged], identity[~forged])
    if len(both) < 2:
        return None
    used = np.isin(identity, both)
    values, fake = statistics.to_numpy(np.float64)[used], forged[used]
    whose = np.searchsorted(both, identity[used])
    ranks = _ranks(_held_out_scores(values, fake, whose % min(FOLDS, len(both))))
    weights = draw_weights(len(both), resamplings, seed)
    resampled = np.array([_auc(ranks, fake, drawn[whose]) for drawn in weights])
    alone = np.array([_auc(_ranks(column), fake, np.ones(len(fake))) for column in values.T])
    best = int(np.argmax(np.abs(alone - 0.5)))
    return Probe(
        auc=_auc(ranks, fake, np.ones(len(fake))),
        ends=interval(resampled),
        best=str(statistics.columns[best]),
        best_auc=float(0.5 + abs(alone[best] - 0.5)),
        n_identities=len(both),
        n_images=len(fake),
    )


def figures(found: Probe, key: str) -> dict[str, float]:
    """The figures by name, `key` before each."""
    result = {"auc": found.auc}
    if found.ends:
        result |= {"auc_ci_low": found.ends[0], "auc_ci_high": found.ends[1]}
    result["best_statistic/auc"] = found.best_auc
    result |= {"n_identities": float(found.n_identities), "n_images": float(found.n_images)}
    return {f"{key}/{name}": value for name, value in result.items()}


def sentence(found: Probe, what: str) -> str:
    """The figures in words; `what` are the statistics."""
    within = f" (95 % interval {found.ends[0]:.3f}–{found.ends[1]:.3f})" if found.ends else ""
    return (
        f"{what} tell forged from genuine with AUC {found.auc:.3f}{within}; best alone: {found.best}, "
        f"{found.best_auc:.3f}; {found.n_identities} identities, {found.n_images:,} images"
    )


def _held_out_scores(values: Floats, forged: NDArray[np.bool_], fold: NDArray[np.intp]) -> Floats:
    """The score of each image by the regression that was fitted to the other folds; higher is more like a forgery."""
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import PredefinedSplit, cross_val_predict
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    return np.asarray(
        cross_val_predict(model, values, forged, cv=PredefinedSplit(fold), method="decision_function"), np.float64
    )


def _ranks(values: Floats) -> NDArray[np.intp]:
    return np.unique(values, return_inverse=True)[1]


def _auc(rank: NDArray[np.intp], forged: NDArray[np.bool_], weight: Floats) -> float:
    """The probability that a forgery ranks above a genuine image, a tie counting one half; NaN where one kind lacks."""
    genuine, forgeries = (np.bincount(rank, weight * which, rank.max() + 1) for which in (~forged, forged))
    with np.errstate(invalid="ignore"):
        return float(forgeries @ (np.cumsum(genuine) - genuine / 2) / (forgeries.sum() * genuine.sum()))
