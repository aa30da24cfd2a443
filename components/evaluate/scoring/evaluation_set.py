"""Images of one part of the split, with their identities."""

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.data.normalisation import NORMALISATION, Normalisation
from components.shared.runtime.errors import InputError
from components.shared.verification.sampling import Labels


class EvaluationSet(NamedTuple):
    """Images of one part.

    Attributes:
        rows: int [n] in the image store.
        names: the identities, sorted.
        identity: int [n], position in `names`; of a forgery, the identity imitated.
        forged: bool [n].
        digest: a hash of the images and their labels.
        paths: [n], of the images' sources, as catalog.csv has them.
        collection: [n] names of the images' collections; None of a single source.
    """

    rows: NDArray[np.intp]
    names: list[str]
    identity: NDArray[np.intp]
    forged: NDArray[np.bool_]
    digest: str = ""
    paths: Sequence[str] = ()
    collection: NDArray[np.str_] | None = None

    @property
    def labels(self) -> Labels:
        """Labels of the images."""
        return Labels(self.identity, self.forged, self.collection)


def select_part(index: pd.DataFrame, partition: pd.DataFrame, name: str) -> EvaluationSet:
    """Selects the images that the split puts into part `name`, in the store's order."""
    return select_rows(
        index, np.sort(partition.loc[partition["part"] == name, "row"].to_numpy(np.intp))
    )


def select_rows(index: pd.DataFrame, rows: NDArray[np.intp]) -> EvaluationSet:
    """Selects images of the store.

    Args:
        index: path, identity, kind and sha256 of all images, and collection of several sources.
        rows: int [n].
    """
    selection = index.iloc[rows]
    names, identity = np.unique(selection["identity"].to_numpy(dtype=str), return_inverse=True)
    forged = (selection["kind"] == "forgery").to_numpy(dtype=bool)
    text = selection[["sha256", "identity", "kind"]].to_csv(index=False, header=False)
    digest = hashlib.sha256(text.encode()).hexdigest()
    collection = selection["collection"].to_numpy(dtype=str) if "collection" in index else None
    return EvaluationSet(
        rows,
        [str(name) for name in names],
        identity,
        forged,
        digest,
        selection["path"].tolist(),
        collection,
    )


def check_normalisation(prepared: Path, embedder: Path) -> Normalisation:
    """Returns the normalisation that the images and the embedder share.

    Raises:
        InputError: it is missing, or the embedder was trained on images that were prepared in
            another way.
    """
    if not (embedder / NORMALISATION).is_file():
        raise InputError(f"{embedder / NORMALISATION}: no such file; run train first")
    images = Normalisation.load(prepared / NORMALISATION)
    model = Normalisation.load(embedder / NORMALISATION).model_dump()
    differences = [
        f"{key} {model[key]}, here {value}" for key, value in images if value != model[key]
    ]
    if differences:
        raise InputError(
            f"{embedder} was trained on images prepared otherwise than {prepared} "
            f"({', '.join(differences)}); run train again"
        )
    return images
