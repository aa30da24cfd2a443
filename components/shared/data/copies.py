"""Copies among prepared images: a picture counts once, and has one label.

duplicates.csv stands beside rejected.csv where there are copies: path and original of the images
that are left out, and their part, where the source has parts.
"""

import hashlib
import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt
import pandas as pd

from components.shared.data.csv_tables import read_texts, write_csv
from components.shared.storage.reading import reading

DUPLICATES = "duplicates.csv"
Row: TypeAlias = Mapping[str, str]


class Duplicate(NamedTuple):
    """An image that is left out.

    Attributes:
        path: of the copy.
        original: path of the image that is used.
        part: the source's own of the copy, where it has parts.
    """

    path: str
    original: str
    part: str | None = None


class Copies(NamedTuple):
    """Images sorted by the pictures that they show.

    Attributes:
        distinct: places of those to use: of each picture the first, where it has one label.
        duplicates: all further images of these pictures.
        rejected: path and reason of each image of a picture that has several labels.
        equal: paths of each further image of a picture and of the first, whatever their labels.
    """

    distinct: list[int]
    duplicates: list[Duplicate]
    rejected: list[tuple[str, str]]
    equal: list[tuple[str, str]]


def content_of(pixels: npt.NDArray[np.uint8]) -> bytes:
    """Returns a digest of a prepared picture; files with equal bytes have equal ones."""
    return hashlib.sha256(pixels.tobytes()).digest()


def find_copies(rows: Sequence[Row], contents: Sequence[bytes]) -> Copies:
    """Sorts images by their pictures.

    A label is identity and kind. Which one is right, of a picture that has two, nobody can say
    here: all of its images are rejected, and a warning names two of them.

    Args:
        rows: of a catalog: path, identity, kind[, part] of each image.
        contents: `content_of` each image.
    """
    places: dict[bytes, list[int]] = defaultdict(list)
    for place, content in enumerate(contents):
        places[content].append(place)
    distinct: list[int] = []
    duplicates: list[Duplicate] = []
    rejected: list[tuple[str, str]] = []
    equal: list[tuple[str, str]] = []
    for first, *others in places.values():
        original, copies = rows[first], [rows[place] for place in others]
        equal += [(row["path"], original["path"]) for row in copies]
        contradiction = next((row for row in copies if _label(row) != _label(original)), None)
        if contradiction is None:
            distinct.append(first)
            duplicates += [_duplicate(row, original) for row in copies]
        else:
            rejected.append(_rejection(original, contradiction))
            rejected += [
                _rejection(row, original if _label(row) != _label(original) else contradiction)
                for row in copies
            ]
    if rejected:
        logging.warning(
            "%d images are rejected, as one picture stands with different labels: %s is %s",
            len(rejected),
            *rejected[0],
        )
    return Copies(distinct, duplicates, rejected, equal)


def write_duplicates(duplicates: Sequence[Duplicate], folder: Path) -> None:
    """Writes duplicates.csv into `folder`, where there are any."""
    if duplicates:
        table = pd.DataFrame(duplicates).dropna(axis="columns")
        write_csv(table, folder / DUPLICATES)


def read_duplicates(folder: Path) -> list[Duplicate]:
    """Reads duplicates.csv of `folder`.

    Raises:
        InputError: it is damaged.
    """
    path = folder / DUPLICATES
    if not path.is_file():
        return []
    with reading(path, "{reason}; run preprocess again"):
        table = read_texts(path, Duplicate._fields[:2])
        rows = table[[name for name in Duplicate._fields if name in table]]
        return [Duplicate(*values) for values in rows.itertuples(index=False)]


def _label(row: Row) -> str:
    return f"{row['kind']} of {row['identity']}"


def _duplicate(copy: Row, original: Row) -> Duplicate:
    return Duplicate(copy["path"], original["path"], copy.get("part"))


def _rejection(row: Row, other: Row) -> tuple[str, str]:
    """Returns the path of an image, and another label of its picture as the reason."""
    reason = f"the same picture as {other['path']}, {_label(other)}, though {_label(row)}"
    return row["path"], reason
