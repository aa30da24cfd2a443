"""Pre-trained features of all images, computed once, and folds of their writers to test on."""

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.scoring.verification import Verification
from components.shared.data.image_store import open_store
from components.shared.model.architecture import View
from components.shared.model.keras_model import Embedder
from components.shared.verification.comparisons import Comparisons, Scores
from components.shared.verification.sampling import Labels
from components.train.loop.head_fitting import MAX_COMPONENT_IMAGES, evenly_spaced
from components.train.model import head, network
from components.train.params import TrainParams


@dataclass(frozen=True, eq=False)
class Pretrained:
    """N images in the eyes of a pre-trained network.

    Attributes:
        embedder: the network, its head as yet random.
        features: float32 [N, F] of each view.
        labels: of the images; the identities are numbered.
        collection: [N], that of each image; None where there is one.
        n_identities: their number.
        image_shape: (height, width, channels).
        seconds: that the features of an image took.
    """

    embedder: Embedder
    features: Mapping[View, NDArray[np.float32]]
    labels: Labels
    collection: NDArray[np.str_] | None
    n_identities: int
    image_shape: tuple[int, int, int]
    seconds: float


def pretrained(prepared: Path, params: TrainParams) -> Pretrained:
    """Computes the features of all images.

    The principal components, where there are any, are those of images of all folds; who wrote them,
    and which are forged, they do not know.

    Args:
        prepared: folder of preprocess.
        params: section `train`.
    """
    store = open_store(prepared)
    codes, names = pd.factorize(store.index.identity)
    labels = Labels(codes, (store.index.kind == "forgery").to_numpy())
    shape = store.normalisation.shape
    embedder = network.build(params.architecture(shape), weights=params.weights, seed=params.seed)
    if params.pooled_components:
        sample = evenly_spaced(np.arange(len(codes)), MAX_COMPONENT_IMAGES)
        head.fit_components(embedder, store.images, sample)
    start = time.perf_counter()
    features = {
        view: head.pooled_features(embedder, store.images, view=view) for view in params.views
    }
    seconds = (time.perf_counter() - start) / len(codes)
    collection = None
    if "collection" in store.index:
        collection = store.index["collection"].to_numpy(dtype=str)
    return Pretrained(embedder, features, labels, collection, len(names), shape, seconds)


def divide(labels: Labels, folds: int) -> Iterator[NDArray[np.bool_]]:
    """Yields bool [N] of each fold: the images of its identities, which are drawn at random."""
    names, codes = np.unique(labels.identity, return_inverse=True)
    fold_of_identity = np.random.default_rng(0).permutation(len(names)) % folds
    for fold in range(folds):
        yield fold_of_identity[codes] == fold


def pool(folds: Sequence[Comparisons], kind: str) -> Verification:
    """Puts the comparisons of all folds together, with the identities numbered on.

    Args:
        folds: with one reference.
        kind: `skilled` or `random`.
    """
    counts = [fold.n_identities for fold in folds]
    genuine = join([fold.genuine for fold in folds], counts)
    return Verification(kind, 1, genuine, join([getattr(fold, kind) for fold in folds], counts))


def join(folds: Sequence[Scores], n_identities: Sequence[int]) -> Scores:
    """Puts comparisons of one kind together, with the identities of the folds numbered on."""
    parts = []
    first = 0
    for scores, count in zip(folds, n_identities, strict=True):
        probe = None if scores.probe is None else scores.probe + first
        parts.append(Scores(scores.distance, scores.identity + first, probe))
        first += count
    return Scores.join(parts)
