"""Images that a quantised network is made with, and others that it is proven on."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd

from components.shared.data import image_conversion, image_store, partition
from components.shared.data.image_store import ImageStore
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import MAX_PIXELS
from components.shared.data.normalise import normalise
from components.shared.data.outcomes import Rejected
from components.shared.runtime.errors import InputError
from components.shared.verification.sampling import Labels

CALIBRATION = 128
"""Images of training identities that give the scales."""
PROOF = 2000
"""Images of test identities, about; the last identity is taken whole."""
SEED = 0


class ProofImages(NamedTuple):
    """Images of two parts of the split; none is of validation identities.

    Attributes:
        calibration: of training identities, as they were prepared, uint8 [n, H, W, C].
        pixels: of test identities, normalised from their files' bytes as the service does it,
            uint8 [m, H, W, C]; m is 0 where the split has none.
        labels: of these m images.
    """

    calibration: npt.NDArray[np.uint8]
    pixels: npt.NDArray[np.uint8]
    labels: Labels


def read(raw: Path, prepared: Path, split: Path, normalisation: Normalisation) -> ProofImages:
    """Reads the images, drawn by a fixed seed.

    Args:
        raw: source images.
        prepared: the image store made of them.
        split: the store's partition.
        normalisation: that of the embedder's training.

    Raises:
        InputError: the folders do not belong together, or no image is a training identity's.
    """
    store = image_store.open_store(prepared)
    if store.normalisation != normalisation:
        raise InputError(f"{prepared}: prepared otherwise than the embedder's training images")
    parts = partition.read(split, store.index)
    trained = parts.loc[parts["part"] == "train", "row"].to_numpy(np.intp)
    if not len(trained):
        raise InputError(f"{split}: no image is a training identity's, to quantise with")
    drawn = _draw(trained, CALIBRATION)
    calibration = np.ascontiguousarray(store.images[drawn])
    tested = parts.loc[parts["part"] == "test", "row"].to_numpy(np.intp)
    proof = _whole_identities(store.index, tested, PROOF)
    return ProofImages(calibration, _from_bytes(raw, store, proof), _labels(store.index, proof))


def _draw(rows: npt.NDArray[np.intp], count: int) -> npt.NDArray[np.intp]:
    order = np.random.default_rng(SEED).permutation(np.sort(rows))
    return np.sort(order[:count])


def _whole_identities(
    index: pd.DataFrame, rows: npt.NDArray[np.intp], count: int
) -> npt.NDArray[np.intp]:
    """Draws identities until their images are so many, and returns these images' rows, sorted."""
    identity = index["identity"].to_numpy(dtype=str)[rows]
    drawn = np.random.default_rng(SEED).permutation(np.unique(identity))
    taken: list[npt.NDArray[np.intp]] = []
    for name in drawn:
        if sum(map(len, taken)) >= count:
            break
        taken.append(rows[identity == name])
    return np.sort(np.concatenate([np.zeros(0, np.intp), *taken]))


def _from_bytes(raw: Path, store: ImageStore, rows: npt.NDArray[np.intp]) -> npt.NDArray[np.uint8]:
    pixels = np.zeros((len(rows), *store.normalisation.shape), np.uint8)
    for place, path in enumerate(store.index["path"].iloc[rows]):
        pixels[place] = _normalised(raw / path, store.normalisation)
    return pixels


def _normalised(path: Path, normalisation: Normalisation) -> npt.NDArray[np.uint8]:
    source = image_conversion.read(path, MAX_PIXELS)
    if not isinstance(source, Rejected):
        try:
            return normalise(source.encoded, normalisation).pixels
        except Rejected as reason:
            source = reason
    raise InputError(f"{path}: was prepared, but is refused now ({source}); run preprocess again")


def _labels(index: pd.DataFrame, rows: npt.NDArray[np.intp]) -> Labels:
    selection = index.iloc[rows]
    collection = selection["collection"].to_numpy(dtype=str) if "collection" in index else None
    return Labels(
        np.unique(selection["identity"].to_numpy(dtype=str), return_inverse=True)[1],
        (selection["kind"] == "forgery").to_numpy(dtype=bool),
        collection,
    )
