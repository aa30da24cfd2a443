"""The prepared-image store.

Files:
    images.npy: uint8 [N, H, W, C].
    index.parquet: a row an image: path, identity, kind, sha256, height, width, and part
        and collection where the catalog has them.
    sources.parquet: a row an image: properties of its source file.
    normalise.json: mode and size of the normalisation.
    rejected.csv: path and reason of the images of the catalog that cannot be used.
    duplicates.csv: path, original[, part] of the images that are copies; only where there are any.
"""

import csv
import math
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt
import pandas as pd

from components.shared.data.identities import unify
from components.shared.data.normalisation import NORMALISATION, Normalisation
from components.shared.data.tables import read_table, write_table
from components.shared.runtime.errors import InputError
from components.shared.storage.reading import reading

IMAGES, INDEX = "images.npy", "index.parquet"
SOURCES, REJECTED = "sources.parquet", "rejected.csv"
INDEX_COLUMNS = ("path", "identity", "kind", "sha256")
REJECTED_COLUMNS = ("path", "reason")


@dataclass(frozen=True)
class ImageStore:
    """Prepared images with their index.

    Attributes:
        images: uint8 [N, H, W, C], memory-mapped, paper 255.
        index: N rows: path, identity, kind, sha256, height, width (of the source, pixels), and
            part and collection where the catalog has them.
        normalisation: mode and size of the images.
    """

    images: npt.NDArray[np.uint8]
    index: pd.DataFrame
    normalisation: Normalisation


def open_store(prepared: Path) -> ImageStore:
    """Opens an image store that preprocess wrote, without reading the images into memory.

    Raises:
        InputError: a file is missing or damaged, or they do not belong together.
    """
    normalisation = Normalisation.load(prepared / NORMALISATION)
    index = read_index(prepared)
    with reading(prepared / IMAGES, "{reason}; run preprocess again", "run preprocess again"):
        images = np.lib.format.open_memmap(prepared / IMAGES, mode="r")
    if images.dtype != np.uint8 or images.shape != (len(index), *normalisation.shape):
        sizes = f"{images.dtype} {list(images.shape)}, {len(index)} rows in {INDEX}"
        raise InputError(
            f"{prepared}: the files do not belong together ({sizes}); run preprocess again"
        )
    return ImageStore(images, index, normalisation)


def read_index(prepared: Path) -> pd.DataFrame:
    """Reads index.parquet alone, for steps that look at no pixel.

    Names that differ in their Unicode form alone are one identity, spelled as the first.

    Raises:
        InputError: it is missing or damaged.
    """
    index = read_table(prepared / INDEX, "preprocess", INDEX_COLUMNS)
    return index.assign(identity=unify(index["identity"]))


def read_sources(prepared: Path, images: int) -> pd.DataFrame:
    """Reads sources.parquet, with a row for each row of the index.

    Args:
        prepared: the folder of the store.
        images: the number of images in the store.

    Raises:
        InputError: it is missing or damaged, or not of these images.
    """
    sources = read_table(prepared / SOURCES, "preprocess")
    if len(sources) != images:
        counts = f"{len(sources)} rows for {images} images"
        raise InputError(f"{prepared / SOURCES}: {counts}; run preprocess again")
    return sources


class StoreWriter:
    """A writer of a store, image by image, without knowing their number beforehand."""

    def __init__(self, folder: Path, normalisation: Normalisation) -> None:
        self._folder = folder
        self._normalisation = normalisation
        self._rows: list[Mapping[str, object]] = []
        self._stream: BinaryIO = (folder / IMAGES).open("w+b")
        self._write_header()
        self._start = self._stream.tell()

    def append(self, image: npt.NDArray[np.uint8], row: Mapping[str, object]) -> None:
        """Adds one image, uint8 [H, W, C], and its row of the index."""
        if image.dtype != np.uint8 or image.shape != self._normalisation.shape:
            raise ValueError(
                f"expected uint8 {self._normalisation.shape}, got {image.dtype} {image.shape}"
            )
        self._stream.write(image.tobytes())
        self._rows.append(row)

    def keep(self, places: Sequence[int]) -> None:
        """Keeps only some of the images added so far.

        Args:
            places: of those to keep, ascending.
        """
        size = math.prod(self._normalisation.shape)
        for target, place in enumerate(places):
            if target != place:
                self._stream.seek(self._start + place * size)
                image = self._stream.read(size)
                self._stream.seek(self._start + target * size)
                self._stream.write(image)
        self._stream.truncate(self._start + len(places) * size)
        self._stream.seek(0, os.SEEK_END)
        self._rows = [self._rows[place] for place in places]

    def _write_header(self) -> None:
        # NumPy pads the header for a growing first axis, so that the final one takes the place of
        # the first.
        shape = (len(self._rows), *self._normalisation.shape)
        np.lib.format.write_array_header_1_0(
            self._stream, {"descr": "|u1", "fortran_order": False, "shape": shape}
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        with self._stream:
            if error is None:
                self._stream.seek(0)
                self._write_header()
        if error is None:
            write_table(pd.DataFrame(self._rows), self._folder / INDEX)
            self._normalisation.save(self._folder / NORMALISATION)


def write_store(
    folder: Path, images: npt.NDArray[np.uint8], index: pd.DataFrame, normalisation: Normalisation
) -> None:
    """Writes a whole store, images uint8 [N, H, W, C], into an existing folder."""
    rows: Sequence[dict[Any, object]] = index.to_dict("records")
    with StoreWriter(folder, normalisation) as writer:
        for image, row in zip(images, rows, strict=True):
            writer.append(image, {str(key): value for key, value in row.items()})


def write_sources(sources: pd.DataFrame, folder: Path) -> None:
    """Writes sources.parquet, a row an image, into the folder of a store."""
    write_table(sources, folder / SOURCES)


def read_reasons(folder: Path) -> list[str]:
    """Reads the reasons in rejected.csv in the folder of a store; none without that file.

    Raises:
        InputError: it is damaged.
    """
    path = folder / REJECTED
    if not path.is_file():
        return []
    with (
        reading(path, "not a list of rejected images; run preprocess again"),
        path.open(encoding="utf-8", newline="") as stream,
    ):
        return [row["reason"] for row in csv.DictReader(stream, strict=True)]


def write_rejected(rejected: Iterable[tuple[str, str]], folder: Path) -> None:
    """Writes rejected.csv (path, reason) into `folder`."""
    with (folder / REJECTED).open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(REJECTED_COLUMNS)
        writer.writerows(rejected)
