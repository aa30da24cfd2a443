"""The start of what comes after a pre-trained network: it is fitted to the training images before
anything is trained.

To train the projection first, alone, keeps the network from being bent towards a projection that is
soon another: A. Kumar et al., Fine-Tuning can Distort Pretrained Features and Underperform
Out-of-Distribution, ICLR 2022.
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

SURVEYED = 64  # images, with all their places, that say what the principal components are
STANDARDISED = 512  # images that say what mean and variance the pooled features have
SEEN = 16384  # images and views of them, at most, that a head is fitted to


def start(
    embedder: Any, params: TrainParams, images: NDArray[np.uint8], rows: pd.DataFrame
) -> None:
    """Sets components, standardising and projection of an embedder.

    Args:
        embedder: of `network.build`, with pre-trained weights.
        params: section `train`.
        images: uint8 [N, H, W, C], may be memory-mapped.
        rows: train's rows: `row`, `identity`, `kind`.

    Raises:
        InputError: the projection's training diverges.
    """
    if params.pooled_components:
        head.fit_components(embedder, images, spread(rows.row.to_numpy(), SURVEYED))
    if params.head == "random":
        some = spread(rows.row.to_numpy(), STANDARDISED)
        head.fit_standardisation(embedder, head.pooled_features(embedder, images, some))
    if params.head == "random" and not params.head_steps:
        return
    parts: list[View] = ["whole", *(view for view in params.views if view in PARTS)]
    views = dict.fromkeys([*parts, *params.views]) if params.head_steps else parts
    whole = whole_identities(rows, SEEN // len(views))
    features = {
        view: head.pooled_features(embedder, images, whole.row.to_numpy(), view) for view in views
    }
    if params.head == "discriminant":
        head.fit_standardisation(embedder, features["whole"])
        identity, forged = pd.factorize(whole.identity)[0], (whole.kind == "forgery").to_numpy()
        seen = [features[part] for part in parts]
        head.fit_projection(
            embedder, *fisher_projection.parts_as_identities(seen, identity, forged)
        )
    if params.head_steps:
        train(embedder, params, np.stack([features[view] for view in params.views], axis=1), whole)


def train(
    embedder: Any, params: TrainParams, features: NDArray[np.float32], rows: pd.DataFrame
) -> None:
    """Trains the projection alone, at a constant learning rate, on batches as those of the
    network's training.

    Args:
        embedder: of `network.build`; its head is changed.
        params: section `train`.
        features: float32 [n, views, F], as `head.pooled_features` gives them.
        rows: what they are of: `identity`, `kind`.

    Raises:
        InputError: the loss is not finite.
    """
    batches = Sampler(
        rows.assign(row=np.arange(len(rows))),
        identities=min(params.identities_per_batch, rows.identity.nunique()),
        images=params.images_per_identity,
        forgeries=params.forgeries_per_identity,
        seed=params.seed,
    )
    constant = params.model_copy(update={"decay_rate": 1.0, "average": 0.0})
    with replicas.scope():
        model = TripletModel(head.build_head(embedder), params)
        model.compile(optimizer=adam(constant), jit_compile=keras.backend.backend() == "jax")
        model.optimizer.build(model.trainable_variables)
    with progress_bar("head", "step", params.head_steps) as bar:
        for step in range(params.head_steps):
            drawn, labels = batches.draw(step)
            loss = train_step.train_on_batch(model, features[drawn], labels)["loss"]
            if not np.isfinite(loss):
                raise InputError(
                    f"train: the loss is {loss} at step {step + 1} of the head; lower train.learning_rate"
                )
            bar.set_postfix_str(f"loss {loss:.3f}")
            bar.update()


def whole_identities(rows: pd.DataFrame, at_most: int) -> pd.DataFrame:
    """All rows of identities that have two genuine images: of every one, or of evenly spread ones
    to keep to a number.

    Args:
        rows: `row`, `identity`, `kind`.
        at_most: how many rows; identities of very different sizes may exceed it a little.
    """
    genuine = rows[rows.kind == "genuine"].identity.value_counts()
    names = sorted(genuine.index[genuine > 1], key=str)
    count = int(rows.identity.isin(names).sum())
    return rows[rows.identity.isin(names[:: -(-count // at_most)])].sort_values("row")


def spread(rows: NDArray[np.intp], at_most: int) -> NDArray[np.intp]:
    """So many of the rows at most, evenly spread."""
    return np.sort(rows)[:: -(-len(rows) // at_most)]
