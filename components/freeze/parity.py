"""The proof that an export computes the trained embeddings, on the bytes of real source files."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.shared.data import catalog, image_conversion
from components.shared.data.catalog import CATALOG
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import MAX_PIXELS
from components.shared.data.normalise import normalise
from components.shared.data.normalise_graph import normalise_batch
from components.shared.data.outcomes import Rejected
from components.shared.runtime.errors import InputError


def choose_images(raw: Path, count: int, normalisation: Normalisation) -> npt.NDArray[np.object_]:
    """Reads images spread evenly over the catalog, as preprocess hands them to the normalisation.

    The next image replaces one that cannot be read or that the normalisation refuses.

    Args:
        raw: folder with catalog.csv.
        count: number of images; fewer are returned if the catalog has fewer.
        normalisation: decides which images are refused.

    Returns:
        PNG or JPEG bytes, [n] with 1 ≤ n ≤ count: of the files themselves, or converted.

    Raises:
        InputError: the catalog cannot be used, or no image of it can be normalised.
    """
    paths = [raw / path for path in catalog.read(raw)["path"]]
    images: list[bytes] = []
    for group in np.array_split(np.arange(len(paths)), min(count, len(paths)) or 1):
        encoded = next(_accepted((paths[row] for row in group), normalisation), None)
        if encoded is not None:
            images.append(encoded)
    if not images:
        raise InputError(f"{raw / CATALOG}: names no image on which the exports could be compared")
    return np.array(images, dtype=object)


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


def normalise_each(
    images: npt.NDArray[np.object_], normalisation: Normalisation
) -> npt.NDArray[np.uint8]:
    """Normalises encoded images without TensorFlow, as the service does before the network.

    Args:
        images: bytes [N] that the normalisation accepts.
        normalisation: that of the embedder's training.

    Returns:
        uint8 [N, H, W, C].
    """
    return np.stack([normalise(image, normalisation).pixels for image in images])


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


def _accepted(paths: Iterator[Path], normalisation: Normalisation) -> Iterator[bytes]:
    """Yields PNG or JPEG bytes of the files that can be read and that the normalisation accepts."""
    for path in paths:
        source = image_conversion.read(path, MAX_PIXELS)
        if isinstance(source, Rejected):
            continue
        with contextlib.suppress(Rejected):
            normalise(source.encoded, normalisation)
            yield source.encoded
