"""Fitting of the embedder's head to the training images, before the network is trained.

The head is everything behind a pre-trained ResNet50: principal components, standardising,
projection. To train the projection first, alone, keeps the network from being bent towards a
projection that soon changes: A. Kumar et al., Fine-Tuning can Distort Pretrained Features and
Underperform Out-of-Distribution, ICLR 2022.
"""

from typing import Any

import keras
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.model.architecture import View
from components.shared.runtime.errors import InputError
from components.shared.runtime.progress import progress_bar
from components.train.data.sampler import Sampler
from components.train.devices import replicas, train_step
from components.train.loop.optimizer import adam
from components.train.loss.triplet_model import TripletModel
from components.train.model import fisher_projection, head
from components.train.model.views import PARTS
from components.train.params import TrainParams

MAX_COMPONENT_IMAGES = 64  # the features of all their places are in memory at once
MAX_STANDARDISING_IMAGES = 512
MAX_VIEWS_FITTED = 32768  # images × views that the projection is fitted to


def fit_head(
    embedder: Any, params: TrainParams, images: NDArray[np.uint8], rows: pd.DataFrame
) -> None:
    """Fits components, standardising and projection of an embedder to the training images.

    Args:
        embedder: of `network.build`, with pre-trained weights.
        params: section `train`.
        images: uint8 [N, H, W, C], may be memory-mapped.
        rows: train's rows: `row`, `identity`, `kind`, `collection` where there are several.

    Raises:
        InputError: the projection's training diverges.
    """
    if params.pooled_components:
        sample = evenly_spaced(rows.row.to_numpy(), MAX_COMPONENT_IMAGES)
        head.fit_components(embedder, images, sample)
    if params.head == "random":
        sample = evenly_spaced(rows.row.to_numpy(), MAX_STANDARDISING_IMAGES)
        head.fit_standardisation(embedder, head.pooled_features(embedder, images, sample))
        if not params.head_steps:
            return
    parts: list[View] = ["whole", *(view for view in params.views if view in PARTS)]
    views = dict.fromkeys([*parts, *params.views]) if params.head_steps else parts
    rows = sample_identities(rows, MAX_VIEWS_FITTED // len(views))
    features = {
        view: head.pooled_features(embedder, images, rows.row.to_numpy(), view) for view in views
    }
    if params.head == "discriminant":
        head.fit_standardisation(embedder, features["whole"])
        by_part = [features[part] for part in parts]
        codes = pd.factorize(rows.identity)[0]
        forged = (rows.kind == "forgery").to_numpy()
        examples = fisher_projection.parts_as_identities(by_part, codes, forged)
        collection = np.tile(number_collections(params, rows), len(parts))
        head.fit_projection(embedder, *examples, collection)
    if params.head_steps:
        by_view = np.stack([features[view] for view in params.views], axis=1)
        train_projection(embedder, params, by_view, rows)


def train_projection(
    embedder: Any, params: TrainParams, features: NDArray[np.float32], rows: pd.DataFrame
) -> None:
    """Trains the projection alone, at a constant learning rate.

    Its batches have the shape of those of the network's training.

    Args:
        embedder: of `network.build`; its head is changed.
        params: section `train`.
        features: float32 [n, views, F], of `head.pooled_features`.
        rows: of the n images: `identity`, `kind`, `collection` where there are several.

    Raises:
        InputError: the loss is not finite.
    """
    sampler = Sampler(
        rows.assign(row=np.arange(len(rows))),
        identities=min(params.identities_per_batch, rows.identity.nunique()),
        images=params.images_per_identity,
        forgeries=params.forgeries_per_identity,
        seed=params.seed,
        mixed=params.collections_per_batch,
    )
    constant = params.model_copy(update={"decay_rate": 1.0, "average": 0.0})
    with replicas.scope():
        model = TripletModel(head.build_head(embedder), params)
        model.compile(optimizer=adam(constant), jit_compile=keras.backend.backend() == "jax")
        model.optimizer.build(model.trainable_variables)
    with progress_bar("head", "step", params.head_steps) as bar:
        for step in range(params.head_steps):
            batch = sampler.draw(step)
            figures = train_step.train_on_batch(model, features[batch.rows], batch.labels)
            loss = figures["loss"]
            if not np.isfinite(loss):
                raise InputError(
                    f"train: the loss is {loss} at step {step + 1} of the head; "
                    f"lower train.learning_rate"
                )
            bar.set_postfix_str(f"loss {loss:.3f}")
            bar.update()


def sample_identities(rows: pd.DataFrame, max_rows: int) -> pd.DataFrame:
    """Selects identities that have two genuine images or more, with all their rows.

    If they have more than `max_rows` rows, evenly spaced identities are taken: of a to e with 4
    rows each and at most 10, every second one: a, c and e.

    Args:
        rows: `row`, `identity`, `kind`.
        max_rows: a limit that is exceeded a little, since identities are kept whole.

    Returns:
        The rows, in the order of `row`.
    """
    genuine = rows[rows.kind == "genuine"].identity.value_counts()
    names = sorted(genuine.index[genuine > 1], key=str)
    count = int(rows.identity.isin(names).sum())
    step = -(-count // max_rows)
    return rows[rows.identity.isin(names[::step])].sort_values("row")


def number_collections(params: TrainParams, rows: pd.DataFrame) -> NDArray[np.int64]:
    """Returns the number of each row's collection, all 0 where they are to be as if one.

    Args:
        params: section `train`.
        rows: `collection` where there are several.
    """
    if "collection" not in rows or not params.head_within_collections:
        return np.zeros(len(rows), np.int64)
    codes: NDArray[np.int64] = pd.factorize(rows["collection"])[0]
    return codes


def evenly_spaced(rows: NDArray[np.intp], max_rows: int) -> NDArray[np.intp]:
    """Returns at most `max_rows` of the rows, sorted and evenly spaced."""
    step = -(-len(rows) // max_rows)
    return np.sort(rows)[::step]
