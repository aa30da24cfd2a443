"""The proof that what is shipped computes what was trained, on the bytes of real source files."""

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tensorflow as tf

from components.shared.data import catalog
from components.shared.data.catalog import CATALOG
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import normalise, normalise_batch
from components.shared.runtime.errors import InputError


def choose_images(raw: Path, count: int, normalisation: Normalisation) -> npt.NDArray[np.object_]:
    """Reads images spread evenly over the catalogue; one that the exported graph refuses gives way
    to its successor.

    Args:
        raw: folder with catalog.csv.
        count: how many; fewer are returned where the catalogue holds fewer.
        normalisation: decides which images are refused.

    Returns:
        The files' bytes, [n] with 1 ≤ n ≤ count.

    Raises:
        InputError: the catalogue cannot be used, or no PNG or JPEG file of it can be normalised.
    """
    paths = [raw / path for path in catalog.read(raw)["path"]]
    chosen: list[bytes] = []
    for group in np.array_split(np.arange(len(paths)), min(count, len(paths)) or 1):
        candidates = _accepted((paths[row] for row in group), normalisation)
        chosen.extend(encoded for encoded in [next(candidates, None)] if encoded is not None)
    if not chosen:
        raise InputError(
            f"{raw / CATALOG}: names no PNG or JPEG image on which the exports could be compared"
        )
    return np.array(chosen, dtype=object)


def reference_embeddings(
    embedder: Any, normalisation: Normalisation, images: npt.NDArray[np.object_]
) -> npt.NDArray[np.float32]:
    """Embeddings, float32 [N, D], of encoded images, bytes [N], by eager normalisation and the
    Keras model itself.
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
    """The largest absolute difference of a component between an export's embeddings and the
    reference, both [N, D].

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
            f"{export}: embeddings differ from the Keras model's by up to {difference:.3g}, more than "
            f"freeze.tolerance {tolerance:g}; nothing was written"
        )
    return difference


def _accepted(paths: Iterator[Path], normalisation: Normalisation) -> Iterator[bytes]:
    for path in paths:
        with contextlib.suppress(tf.errors.InvalidArgumentError):
            encoded = path.read_bytes()
            normalise(tf.constant(encoded), normalisation)
            yield encoded
