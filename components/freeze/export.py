"""The serving function, encoded image bytes → embeddings, and the SavedModel that holds it."""

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import normalise_batch

INPUT = "images"
OUTPUT = "embeddings"


def build_serving_module(embedder: Any, normalisation: Normalisation) -> tf.Module:
    """Builds a module whose function `serve` decodes, normalises and embeds.

    Args:
        embedder: Keras model, pixels [N, H, W, C] → embeddings float32 [N, D] of unit length.
        normalisation: that of the embedder's training.

    Returns:
        A module; `module.serve` takes PNG or JPEG bytes, string [N], and returns {"embeddings":
        float32 [N, D]}.
    """

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        pixels = normalise_batch(images, normalisation)
        return {OUTPUT: tf.identity(embedder(pixels, training=False), name=OUTPUT)}

    module = tf.Module()
    module.weights = [variable.value for variable in embedder.variables]
    module.serve = tf.function(
        serve, input_signature=[tf.TensorSpec([None], tf.string, name=INPUT)]
    )
    return module


def save(module: tf.Module, folder: Path) -> None:
    """Writes the module as a SavedModel with the signature `serving_default`."""
    signatures = {"serving_default": module.serve.get_concrete_function()}
    tf.saved_model.save(module, str(folder), signatures=signatures)


def run_saved_model(folder: Path, images: npt.NDArray[np.object_]) -> npt.NDArray[np.float32]:
    """Embeds encoded images, bytes [N], with a SavedModel from disk; returns float32 [N, D]."""
    signature = tf.saved_model.load(str(folder)).signatures["serving_default"]
    embeddings: npt.NDArray[np.float32] = signature(**{INPUT: tf.constant(images, tf.string)})[
        OUTPUT
    ].numpy()
    return embeddings
