"""The proof that an export computes the trained embeddings, on the bytes of real source files."""

from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import normalise_batch
from components.shared.runtime.errors import InputError


def reference_embeddings(
    embedder: Any, normalisation: Normalisation, images: npt.NDArray[np.object_]
) -> npt.NDArray[np.float32]:
    """Embeds encoded images by eager normalisation and the Keras model itself.

    Args:
        embedder: the Keras model.
        normalisation: that of its training.
        images: bytes [N].

    Returns:
        Embeddings, float32 [N, D].
    """
    pixels = normalise_batch(tf.constant(images, tf.string), normalisation)
    embeddings: npt.NDArray[np.float32] = embedder(pixels, training=False).numpy()
    return embeddings


def max_abs_difference(
    export: str,
    embeddings: npt.NDArray[np.float32],
    reference: npt.NDArray[np.float32],
    tolerance: float,
) -> float:
    """Returns the largest absolute difference of a component from the reference.

    Args:
        export: the name of the export, for errors.
        embeddings: by the export, float32 [N, D].
        reference: by the Keras model, float32 [N, D].
        tolerance: the largest difference allowed.

    Raises:
        InputError: it exceeds the tolerance or is not a number, or type or shape differ.
    """
    if embeddings.dtype != np.float32 or embeddings.shape != reference.shape:
        raise InputError(
            f"{export}: gives {embeddings.dtype} {list(embeddings.shape)} where the Keras model "
            f"gives {reference.dtype} {list(reference.shape)}; nothing was written"
        )
    difference = float(np.abs(embeddings - reference).max())
    if not difference <= tolerance:
        raise InputError(
            f"{export}: embeddings differ from the Keras model's by up to {difference:.3g}, "
            f"more than freeze.tolerance {tolerance:g}; nothing was written"
        )
    return difference
