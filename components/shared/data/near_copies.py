"""Pairs of prepared images that are nearly equal: near_copies.csv, where there are any.

They are used as all others are, but never in two parts.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from components.shared.data.csv_tables import read_texts, write_csv
from components.shared.storage.reading import reading

NEAR_COPIES = "near_copies.csv"


class NearCopy(NamedTuple):
    """A pair of images in the store that are nearly equal.

    Attributes:
        path: of the later one.
        original: path of the other.
        distance: number of bits in which their perceptual hashes differ.
    """

    path: str
    original: str
    distance: int


def write_near_copies(pairs: Sequence[NearCopy], folder: Path) -> None:
    """Writes near_copies.csv into `folder`, where there are any."""
    if pairs:
        write_csv(pd.DataFrame(pairs), folder / NEAR_COPIES)


def read_near_copies(folder: Path) -> list[NearCopy]:
    """Reads near_copies.csv of `folder`; nothing where there is none.

    Raises:
        InputError: it is damaged.
    """
    path = folder / NEAR_COPIES
    if not path.is_file():
        return []
    with reading(path, "{reason}; run preprocess again"):
        rows = read_texts(path, NearCopy._fields)[list(NearCopy._fields)].itertuples(index=False)
        return [NearCopy(str(row[0]), str(row[1]), int(row[2])) for row in rows]
