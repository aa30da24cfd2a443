"""Images that exports are compared on, and a running service: the bytes of real source files."""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from components.shared.data import catalog, image_conversion
from components.shared.data.catalog import CATALOG
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import MAX_PIXELS
from components.shared.data.normalise import normalise
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


def _accepted(paths: Iterator[Path], normalisation: Normalisation) -> Iterator[bytes]:
    """Yields PNG or JPEG bytes of the files that can be read and that the normalisation accepts."""
    for path in paths:
        source = image_conversion.read(path, MAX_PIXELS)
        if isinstance(source, Rejected):
            continue
        with contextlib.suppress(Rejected):
            normalise(source.encoded, normalisation)
            yield source.encoded
