"""The serving function, encoded image bytes → embeddings, and the SavedModel that holds it."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import PAPER
from components.shared.data.normalise_graph import normalise
from components.shared.model import operations

INPUT, PIXELS = "images", "pixels"
OUTPUT = "embeddings"


def build_serving_module(embedder: Any, normalisation: Normalisation) -> tf.Module:
    """Builds a module whose function `serve` decodes, normalises and embeds.

    Args:
        embedder: Keras model, pixels [N, H, W, C] → embeddings float32 [N, D] of unit length.
        normalisation: that of the embedder's training.

    Returns:
        A module of two functions. `module.serve` takes PNG or JPEG bytes, string [N], and returns
        {"embeddings": float32 [N, D]}: a row of NaN for an image that the normalisation rejects or
        that cannot be read. `module.embed` takes normalised images, uint8 [N, H, W, C].
    """

    def embed(pixels: tf.Tensor) -> dict[str, tf.Tensor]:
        return {OUTPUT: tf.identity(embedder(pixels, training=False), name=OUTPUT)}

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        rows, pixels = _usable(images, normalisation)
        embeddings = _scatter(module.embed(pixels)[OUTPUT], rows, tf.size(images))
        return {OUTPUT: tf.identity(embeddings, name=OUTPUT)}

    module = tf.Module()
    module.weights = [variable.value for variable in embedder.variables]
    pixels = tf.TensorSpec([None, *normalisation.shape], tf.uint8, name=PIXELS)
    images = tf.TensorSpec([None], tf.string, name=INPUT)
    # Nothing in them is for autograph, which takes seconds.
    module.embed = tf.function(embed, input_signature=[pixels], autograph=False)
    module.serve = tf.function(serve, input_signature=[images], autograph=False)
    return module


def _usable(images: tf.Tensor, spec: Normalisation) -> tuple[tf.Tensor, tf.Tensor]:
    """Normalises those images of a batch that allow it.

    Only a dataset goes on after an operation that fails, as the decoding of a damaged file does.

    Args:
        images: encoded, string [N].
        spec: mode and size of the results.

    Returns:
        Rows of the usable images, int64 [n], and their pixels, uint8 [n, H, W, C]. If there is
        none, a white image of row N, since not every layer takes an empty batch.
    """
    with tf.device("/CPU:0"):
        count = tf.size(images, tf.int64)
        usable = (
            tf.data.Dataset.from_tensor_slices(images)
            .enumerate()
            .map(
                lambda row, image: (row, normalise(image, spec)),
                num_parallel_calls=tf.data.AUTOTUNE,
                deterministic=True,
            )
            .ignore_errors()
        )
        white = tf.fill(spec.shape, tf.constant(PAPER, tf.uint8))
        stand_in = tf.data.Dataset.from_tensors((count, white))
        rows, pixels = usable.concatenate(stand_in).batch(count + 1).get_single_element()
        length = tf.maximum(tf.size(rows) - 1, 1)
        return rows[:length], tf.ensure_shape(pixels[:length], [None, *spec.shape])


def _scatter(embeddings: tf.Tensor, rows: tf.Tensor, count: tf.Tensor) -> tf.Tensor:
    """Returns float32 [count, D] with embeddings at their rows and NaN at all others.

    Args:
        embeddings: float32 [n, D].
        rows: of each embedding, int64 [n]; `count` for one that is no image's.
        count: number of images.
    """
    size = embeddings.shape[-1]
    nothing = tf.fill([count + 1, size], tf.constant(math.nan, tf.float32))
    filled = tf.tensor_scatter_nd_update(nothing, rows[:, tf.newaxis], embeddings)
    return tf.ensure_shape(filled[:count], [None, size])


def save(module: tf.Module, folder: Path) -> None:
    """Writes the module as a SavedModel with the signatures `serving_default` and `pixels`."""
    signatures = {
        "serving_default": module.serve.get_concrete_function(),
        PIXELS: module.embed.get_concrete_function(),
    }
    tf.saved_model.save(module, str(folder), signatures=signatures)


def run_saved_model(folder: Path, images: npt.NDArray[np.object_]) -> npt.NDArray[np.float32]:
    """Embeds encoded images, bytes [N], with a SavedModel from disk; returns float32 [N, D]."""
    return _run(tf.saved_model.load(str(folder)), "serving_default", {INPUT: images})


def run_signatures(
    folder: Path, images: npt.NDArray[np.object_], normalised: npt.NDArray[np.uint8]
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Embeds images with both signatures of a SavedModel from disk.

    Args:
        folder: of the SavedModel.
        images: encoded, bytes [N].
        normalised: the same, uint8 [N, H, W, C].

    Returns:
        Embeddings by `serving_default` and by `pixels`, float32 [N, D] each.
    """
    operations.check_saved_model(folder)
    loaded = tf.saved_model.load(str(folder))
    from_bytes = _run(loaded, "serving_default", {INPUT: images})
    return from_bytes, _run(loaded, PIXELS, {PIXELS: normalised})


def _run(
    loaded: Any, signature: str, arguments: dict[str, npt.NDArray[Any]]
) -> npt.NDArray[np.float32]:
    tensors = {name: tf.constant(value) for name, value in arguments.items()}
    embeddings: npt.NDArray[np.float32] = loaded.signatures[signature](**tensors)[OUTPUT].numpy()
    return embeddings
