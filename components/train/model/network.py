"""The embedder's network: ResNet50 → pooling → standardising → dropout → Dense → unit length.

With several views of an image, that network embeds each of them, and their embeddings are joined.
Layers are named by their role alone; the settings are in the embedder's `architecture`.
"""

from typing import Any

import keras
from keras import ops

from components.shared.model.architecture import SINGLE_VIEW, Architecture
from components.shared.model.keras_model import Embedder
from components.shared.runtime import backend
from components.train.model import pooling
from components.train.model.backbone import feature_maps
from components.train.model.views import apply_view

COMPONENTS = "components_"
"""Of each pooled block, the layer that combines its features, where second moments are pooled."""


def build(
    architecture: Architecture,
    *,
    weights: str = "none",
    seed: int = 0,
    precision: str = "float32",
) -> Embedder:
    """Builds an embedder.

    Early blocks keep what the last ones give up for the sake of ImageNet's objects: how a line is
    drawn.

    Args:
        architecture: settings of the layers.
        weights: first weights of ResNet50: `none`, `imagenet`, `hf://…` or a folder in the layout
            of timm's presets.
        seed: of the dropout.
        precision: `float32` or `mixed_bfloat16`; the layers after ResNet50 are float32 either way.

    Returns:
        From uint8 [N, H, W, C], 0 to 255, to float32 [N, D] of unit length.

    Raises:
        InputError: the weights cannot be loaded.
    """
    shape = architecture.image_shape
    images = keras.Input(shape, dtype="uint8", name="images")
    if architecture.has_single_view:
        embeddings = _embed_view(images, architecture, weights, seed, precision)
        return Embedder.of(images, embeddings, architecture)
    levels = keras.Input(shape, dtype="float32", name="levels")
    single = _embed_view(levels, architecture, weights, seed, precision)
    plain = keras.Model(levels, single, name=SINGLE_VIEW)
    embeddings = _join_views(plain, images, architecture)
    return Embedder.of(images, embeddings, architecture)


def clone_in_precision(embedder: Embedder, precision: str) -> Embedder:
    """Returns an embedder with the same weights in another precision.

    It has none of what training adds: no penalty on weights, no frozen layers.
    """
    clone = build(embedder.architecture, precision=precision)
    clone.set_weights(embedder.get_weights())
    clone.jit_compile = backend.uses_xla()
    return clone


def single_view(embedder: Embedder) -> Any:
    """Returns the model that embeds one view, [N, H, W, C]; its weights are the embedder's."""
    if embedder.architecture.has_single_view:
        return embedder
    return embedder.get_layer(SINGLE_VIEW)


def regularise(model: Any, l2: float) -> None:
    """Adds `l2` / 2 · Σ kernel² of all kernels to a model's `losses`, not to its configuration."""
    if not l2:
        return
    for variable in model.trainable_variables:
        if variable.path.endswith("/kernel"):
            variable.regularizer = keras.regularizers.L2(l2 / 2)


def freeze_batch_norm(embedder: Embedder) -> None:
    """Keeps ResNet50's batch normalisation in inference mode, which suits pre-trained weights.

    The statistics of small batches would be too noisy. `training=False` in the call would not do:
    a functional model hands its own `training` down to every layer.
    """
    for layer in single_view(embedder).get_layer("resnet50").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def _embed_view(
    levels: Any, architecture: Architecture, weights: str, seed: int, precision: str
) -> Any:
    """Returns the embeddings, float32 [N, D / views], of one view of images."""
    maps = feature_maps(
        levels,
        architecture.image_shape,
        architecture.pooled_blocks,
        weights=weights,
        precision=precision,
    )
    count = architecture.pooled_components
    pooled = []
    for place, features in enumerate(maps):
        name = f"pool_{place}"
        if count:
            layer = f"{COMPONENTS}{place}"
            pooled.append(pooling.second_moments(features, count, projection=layer, name=name))
        else:
            pooled.append(pooling.mean(features, name))
    joined = pooled[0]
    if len(pooled) > 1:
        joined = keras.layers.Concatenate(dtype="float32", name="join")(pooled)
    # Its statistics are set, not trained: `head.fit_standardisation`.
    standard = keras.layers.BatchNormalization(
        center=False,
        scale=False,
        epsilon=1e-6,
        trainable=False,
        dtype="float32",
        name="standardise",
    )(joined)
    dropped = keras.layers.Dropout(
        architecture.dropout, seed=seed, dtype="float32", name="dropout"
    )(standard)
    projected = keras.layers.Dense(architecture.view_size, dtype="float32", name="project")(dropped)
    return keras.layers.UnitNormalization(dtype="float32", name="embeddings")(projected)


def _join_views(plain: Any, images: Any, architecture: Architecture) -> Any:
    """Returns the views' embeddings side by side, float32 [N, D], at unit length."""
    views = architecture.views
    stacked = ops.concatenate([apply_view(images, view) for view in views])
    by_view = ops.reshape(plain(stacked), (len(views), -1, architecture.view_size))
    joined = keras.layers.Flatten(name="join_views")(ops.transpose(by_view, (1, 0, 2)))
    return keras.layers.UnitNormalization(name="embeddings")(joined)
