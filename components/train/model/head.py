"""The layers after ResNet50: the features they take, and first weights fitted to images.

Of each view the head standardises the pooled features, projects them and scales the result to unit
length. All functions take an embedder of `network.build`.
"""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from components.shared.model.architecture import View
from components.shared.model.embedder import embed
from components.shared.model.keras_model import Embedder
from components.shared.runtime import backend
from components.train.model import fisher_projection, pooling
from components.train.model.network import COMPONENTS, single_view
from components.train.model.views import apply_view


def pooled_features(
    embedder: Embedder,
    images: NDArray[np.uint8],
    rows: NDArray[np.integer] | None = None,
    view: View = "whole",
) -> NDArray[np.float32]:
    """Computes the pooled features of images, as they are before standardising.

    Args:
        embedder: the features are its own.
        images: uint8 [N, H, W, C], may be memory-mapped.
        rows: images to take; None: all.
        view: view of them.

    Returns:
        float32 [N, F], or [len(rows), F].
    """
    features = single_view(embedder).get_layer("standardise").input
    model = _model_to(embedder, features, view)
    return embed(model, images, rows=rows, what=f"features, {view}")


def fit_components(
    embedder: Embedder, images: NDArray[np.uint8], rows: NDArray[np.integer]
) -> None:
    """Sets each block's combinations of features to the principal components of its features.

    Args:
        embedder: it has `pooled_components`.
        images: uint8 [N, H, W, C], may be memory-mapped.
        rows: a few images: the features of all their places are in memory at a time.
    """
    network = single_view(embedder)
    for number in range(len(embedder.architecture.pooled_blocks)):
        layer = network.get_layer(f"{COMPONENTS}{number}")
        flat = keras.layers.Flatten(dtype="float32")(layer.input)
        model = _model_to(embedder, flat, "whole")
        features = embed(model, images, rows=rows, what="principal components")
        places = features.reshape(-1, layer.input.shape[-1])
        layer.set_weights(pooling.principal_components(places, layer.units))


def fit_standardisation(embedder: Embedder, features: NDArray[np.float32]) -> None:
    """Gives every pooled feature mean 0 and variance 1 over some images.

    The features of a pre-trained network differ much in both.

    Args:
        embedder: its layer `standardise` is changed.
        features: float32 [N, F], of `pooled_features`.
    """
    layer = single_view(embedder).get_layer("standardise")
    layer.moving_mean.assign(features.mean(axis=0))
    layer.moving_variance.assign(features.var(axis=0))


def fit_projection(
    embedder: Embedder,
    features: NDArray[np.float32],
    identity: NDArray[np.integer],
    forged: NDArray[np.bool_],
    collection: NDArray[np.integer] | None = None,
) -> None:
    """Sets the projection to Fisher's directions, scaled to the norm of the random kernel.

    Args:
        embedder: standardised; its layer `project` is changed.
        features: float32 [N, F], of `pooled_features`.
        identity: int [N], the writer; of a forgery, the writer it imitates. Each has at least two
            genuine images.
        forged: bool [N].
        collection: int [N]; None: there is one.
    """
    network = single_view(embedder)
    standard = ops.convert_to_numpy(network.get_layer("standardise")(features))
    kernel = network.get_layer("project").kernel
    size = kernel.shape[1]
    directions = fisher_projection.projection(standard, identity, forged, size, collection)
    random = ops.convert_to_numpy(kernel)
    kernel.assign(directions * (np.linalg.norm(random) / np.linalg.norm(directions)))


def build_head(embedder: Embedder) -> Any:
    """Builds a model of the head alone, which shares its weights with the embedder.

    Returns:
        A keras.Model from the pooled features of every view, float32 [N, views, F], to embeddings,
        float32 [N, D].
    """
    network, architecture = single_view(embedder), embedder.architecture
    size = network.get_layer("standardise").input.shape[-1]
    features = keras.Input((len(architecture.views), size))
    share = ops.reshape(features, (-1, size))
    for name in ("standardise", "dropout", "project", "embeddings"):
        share = network.get_layer(name)(share)
    joined = ops.reshape(share, (-1, architecture.embedding_size))
    return keras.Model(features, keras.layers.UnitNormalization()(joined), name="head")


def _model_to(embedder: Embedder, tensor: Any, view: View) -> Any:
    """Returns the model from uint8 images to an inner tensor, computed of one view of them."""
    network = single_view(embedder)
    model = keras.Model(network.input, tensor)
    if network is not embedder or view != "whole":
        images = keras.Input(network.input_shape[1:], dtype="uint8")
        model = keras.Model(images, model(apply_view(images, view)))
    model.jit_compile = backend.uses_xla()
    return model
