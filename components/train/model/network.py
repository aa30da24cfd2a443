"""The embedder: ResNet50 → pooling → standardising → dropout → Dense → unit length."""

from collections.abc import Sequence
from typing import Any, cast

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from components.shared.model.embedder import embed
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.train.model import fisher_projection, pooling
from components.train.model import initial_weights as first_weights
from components.train.model.views import seen
from components.train.params import View

IMAGENET_MEAN = (0.485, 0.456, 0.406)
IMAGENET_STD = (0.229, 0.224, 0.225)
POOL = "pool_block_"
COMPONENTS = "components_block_"
VIEWS = "views_"
RESNET50: dict[str, Any] = {
    "input_conv_filters": [64],
    "input_conv_kernel_sizes": [7],
    "stackwise_num_filters": [64, 128, 256, 512],
    "stackwise_num_blocks": [3, 4, 6, 3],
    "stackwise_num_strides": [1, 2, 2, 2],
    "block_type": "bottleneck_block",
}


def build(
    image_shape: tuple[int, int, int],
    embedding_size: int,
    dropout: float,
    weights: str,
    seed: int,
    precision: str,
    pooled_blocks: Sequence[int] = (16,),
    views: Sequence[View] = ("whole",),
    pooled_components: int = 0,
) -> Any:
    """Builds the embedder.

    Early blocks keep what the last ones give up for the sake of ImageNet's objects: how a line is
    drawn.

    Args:
        image_shape: (height, width, channels) of the prepared images; one channel is grey.
        embedding_size: D.
        dropout: fraction of the pooled features.
        weights: `none`, `imagenet`, `hf://…` or a folder in the layout of timm's presets.
        seed: of the dropout.
        precision: `float32` or `mixed_bfloat16`; the head is float32 either way.
        pooled_blocks: which of the 16 residual blocks' outputs are pooled and put side by side;
            later ones are left out. The four stages end with 3, 7, 13 and 16.
        views: of the image, which the same network embeds, each for an equal share of the
            embedding.
        pooled_components: of how many combinations of a block's features the second moments are
            pooled, as their square root; 0: the mean of the features.

    Returns:
        A keras.Model from uint8 [N, H, W, C], 0 to 255, to float32 [N, D] of unit length.

    Raises:
        InputError: the weights cannot be loaded.
    """
    alone = list(views) == ["whole"]
    images = keras.Input(image_shape, dtype="uint8", name="images")
    levels = images if alone else keras.Input(image_shape, dtype="float32", name="levels")
    backbone = _backbone(image_shape, weights, precision)
    maps = [backbone.get_layer(_block(block)).output for block in pooled_blocks]
    blocks = keras.Model(backbone.input, maps, name="resnet50")(
        _network_range(levels, image_shape[2], precision)
    )
    pooled = [
        pooling.second_moments(
            features, pooled_components, f"{COMPONENTS}{block}", f"{POOL}{block}"
        )
        if pooled_components
        else pooling.mean(features, f"{POOL}{block}")
        for block, features in zip(pooled_blocks, blocks, strict=True)
    ]
    joined = (
        keras.layers.Concatenate(dtype="float32", name="join")(pooled)
        if len(pooled) > 1
        else pooled[0]
    )
    # Its statistics are set, not trained: `standardise`.
    standard = keras.layers.BatchNormalization(
        center=False,
        scale=False,
        epsilon=1e-6,
        trainable=False,
        dtype="float32",
        name="standardise",
    )(joined)
    kept = keras.layers.Dropout(dropout, seed=seed, dtype="float32", name="dropout")(standard)
    projected = keras.layers.Dense(embedding_size // len(views), dtype="float32", name="project")(
        kept
    )
    embeddings = keras.layers.UnitNormalization(dtype="float32", name="embeddings")(projected)
    if alone:
        return keras.Model(images, embeddings, name="embedder")
    plain = keras.Model(levels, embeddings, name="plain")
    shown = ops.concatenate([seen(images, view) for view in views])
    by_view = ops.reshape(plain(shown), (len(views), -1, embedding_size // len(views)))
    joined = keras.layers.Flatten(name=VIEWS + "_".join(views))(ops.transpose(by_view, (1, 0, 2)))
    return keras.Model(
        images, keras.layers.UnitNormalization(name="embeddings")(joined), name="embedder"
    )


def pooled_features(
    model: Any,
    images: NDArray[np.uint8],
    rows: NDArray[np.integer] | None = None,
    view: View = "whole",
) -> NDArray[np.float32]:
    """The pooled features of images, as they are before standardising.

    Args:
        model: of `build`.
        images: uint8 [N, H, W, C], may be memory-mapped.
        rows: which images; all where None.
        view: which view of them.

    Returns:
        float32 [N, F], or [len(rows), F].
    """
    pooled = _seen_by(model, _plain(model).get_layer("standardise").input, view)
    return embed(pooled, images, rows=rows, what=f"features, {view}")


def start_components(model: Any, images: NDArray[np.uint8], rows: NDArray[np.integer]) -> None:
    """Lets the second moments be those of the features' principal components.

    Args:
        model: of `build`, with `pooled_components`.
        images: uint8 [N, H, W, C], may be memory-mapped.
        rows: which images, few: the features of all their places are in memory at a time.
    """
    for layer in _plain(model).layers:
        if layer.name.startswith(COMPONENTS):
            count, features = layer.units, layer.input.shape[-1]
            flat = keras.layers.Flatten(dtype="float32")(layer.input)
            places = embed(
                _seen_by(model, flat, "whole"), images, rows=rows, what="principal components"
            )
            layer.set_weights(pooling.principal_components(places.reshape(-1, features), count))


def standardise(model: Any, features: NDArray[np.float32]) -> None:
    """Gives every pooled feature mean 0 and variance 1 over some images, as those of a pre-trained
    network differ much.

    Args:
        model: of `build`.
        features: float32 [N, F], of `pooled_features`.
    """
    layer = _plain(model).get_layer("standardise")
    layer.moving_mean.assign(features.mean(axis=0))
    layer.moving_variance.assign(features.var(axis=0))


def start_head(
    model: Any,
    features: NDArray[np.float32],
    identity: NDArray[np.integer],
    forged: NDArray[np.bool_],
) -> None:
    """Gives the projection the discriminant's directions, at the size that the drawn kernel has.

    Args:
        model: of `build`, standardised.
        features: float32 [N, F], of `pooled_features`.
        identity: int [N], whose image it is, or whom it imitates; each has two genuine images at
            least.
        forged: bool [N].
    """
    plain = _plain(model)
    standard = keras.ops.convert_to_numpy(plain.get_layer("standardise")(features))
    kernel = plain.get_layer("project").kernel
    directions = fisher_projection.projection(standard, identity, forged, kernel.shape[1])
    drawn = keras.ops.convert_to_numpy(kernel)
    kernel.assign(directions * (np.linalg.norm(drawn) / np.linalg.norm(directions)))


def head(model: Any) -> Any:
    """What comes after the pooled features, sharing its weights with the model.

    Args:
        model: of `build`.

    Returns:
        A keras.Model from the pooled features of every view, float32 [N, views, F], to embeddings,
        float32 [N, D].
    """
    plain, size = _plain(model), model.output_shape[-1]
    views = len(_views(model))
    standard = plain.get_layer("standardise")
    features = keras.Input((views, standard.input.shape[-1]))
    share = ops.reshape(features, (-1, features.shape[-1]))
    for layer in (
        standard,
        *(plain.get_layer(name) for name in ("dropout", "project", "embeddings")),
    ):
        share = layer(share)
    embeddings = keras.layers.UnitNormalization()(ops.reshape(share, (-1, size)))
    return keras.Model(features, embeddings, name="head")


def regularise(model: Any, l2: float) -> None:
    """Adds `l2` / 2 · Σ kernel² of every kernel to the model's `losses`; its configuration stays as
    it was.
    """
    if l2:
        for variable in model.trainable_variables:
            if variable.path.endswith("/kernel"):
                variable.regularizer = keras.regularizers.L2(l2 / 2)


def hold_normalisation(model: Any) -> None:
    """Keeps all batch normalisation in inference mode, as small batches want it for weights that
    were trained before.

    `training=False` in the call would not do: a functional model hands its own `training` down to
    every layer.
    """
    for layer in _plain(model).get_layer("resnet50").layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False


def twin(model: Any, precision: str) -> Any:
    """The same network in a precision of its own, with the same weights and none of what training
    adds.
    """
    plain, size = _plain(model), model.output_shape[-1]
    dropout = plain.get_layer("dropout").rate
    blocks = [
        int(layer.name.removeprefix(POOL)) for layer in plain.layers if layer.name.startswith(POOL)
    ]
    components = next(
        (layer.units for layer in plain.layers if layer.name.startswith(COMPONENTS)), 0
    )
    result = build(
        model.input_shape[1:],
        size,
        dropout,
        "none",
        0,
        precision,
        blocks,
        _views(model),
        components,
    )
    result.set_weights(model.get_weights())
    result.jit_compile = backend.uses_xla()
    return result


def _plain(model: Any) -> Any:
    """What embeds one view."""
    return next((layer for layer in model.layers if layer.name == "plain"), model)


def _views(model: Any) -> "list[View]":
    """The views that a model embeds."""
    names = [
        layer.name.removeprefix(VIEWS) for layer in model.layers if layer.name.startswith(VIEWS)
    ]
    return cast("list[View]", names[0].split("_") if names else ["whole"])


def _seen_by(model: Any, tensor: Any, view: View) -> Any:
    """The model from images, uint8, to what a tensor of the plain network is in one view of them."""
    plain = _plain(model)
    result = keras.Model(plain.input, tensor)
    if plain is not model or view != "whole":
        inputs = keras.Input(plain.input_shape[1:], dtype="uint8")
        result = keras.Model(inputs, result(seen(inputs, view)))
    result.jit_compile = backend.uses_xla()
    return result


def _block(number: int) -> str:
    """The name of the last layer of one of the residual blocks, which are counted from 1."""
    blocks = [
        (stage, block)
        for stage, count in enumerate(RESNET50["stackwise_num_blocks"])
        for block in range(count)
    ]
    stage, block = blocks[number - 1]
    return f"stack{stage}_block{block}_out"


def _network_range(images: Any, channels: int, precision: str) -> Any:
    """Grey: ink bright on black, so that padding looks like paper. RGB: ImageNet's mean and
    deviation.
    """
    if channels == 1:
        grey = keras.layers.Rescaling(-1 / 127.5, 2.0, dtype=precision, name="ink")(images)
        return keras.layers.Concatenate(dtype=precision, name="grey_to_rgb")([grey, grey, grey])
    scale = [1 / (255 * deviation) for deviation in IMAGENET_STD]
    offset = [
        -mean / deviation for mean, deviation in zip(IMAGENET_MEAN, IMAGENET_STD, strict=True)
    ]
    return keras.layers.Rescaling(scale, offset, dtype=precision, name="imagenet")(images)


def _backbone(image_shape: tuple[int, int, int], weights: str, precision: str) -> Any:
    import keras_hub

    shape = (*image_shape[:2], 3)
    if weights == "none":
        backbone = keras_hub.models.ResNetBackbone(
            **RESNET50, image_shape=shape, dtype=precision, name="resnet50"
        )
        _start_shallow(backbone)
        return backbone
    preset = first_weights.preset(weights)
    try:
        return keras_hub.models.ResNetBackbone.from_preset(
            preset, image_shape=shape, dtype=precision, name="resnet50"
        )
    except Exception as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise InputError(
            f"train.weights: cannot load '{preset}' ({reason}); "
            f"set RESNET50_DIR to a folder with config.json and model.safetensors, or use weights: none"
        ) from error


def _start_shallow(backbone: Any) -> None:
    """Every residual branch starts at zero (Goyal et al. 2017, section 5.1): else the first epochs
    teach little.
    """
    for layer in backbone.layers:
        if layer.name.endswith("_3_bn"):
            layer.gamma.assign(layer.gamma * 0.0)
