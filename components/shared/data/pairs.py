"""Published lists of comparisons: pairs.csv beside the catalog, and beside the prepared images."""

import csv
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from components.shared.storage.reading import reading

PAIRS = "pairs.csv"


class ListedPair(NamedTuple):
    """A reference and a questioned image; pairs with one number are one comparison.

    Attributes:
        list: the name of the list.
        comparison: its number there, from 1.
        reference: path of an image in the catalog.
        probe: path of the questioned image, of one comparison always the same.
        same: whether the probe is a genuine image of the references' identity.
        fold: the list's own, from 1; 0 where it has none.
    """

    list: str
    comparison: int
    reference: str
    probe: str
    same: bool
    fold: int


def write_pairs(pairs: Sequence[ListedPair], folder: Path) -> None:
    """Writes pairs.csv into `folder`, where there are any."""
    if not pairs:
        return
    with (folder / PAIRS).open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(ListedPair._fields)
        for pair in pairs:
            table.writerow([*pair[:4], int(pair.same), pair.fold])


def read_pairs(folder: Path) -> list[ListedPair]:
    """Reads pairs.csv of `folder`; nothing where there is none.

    Raises:
        InputError: it is damaged.
    """
    path = folder / PAIRS
    if not path.is_file():
        return []
    with (
        reading(path, "not a list of pairs ({reason}); run ingest again"),
        path.open(newline="", encoding="utf-8") as stream,
    ):
        return [_pair(row) for row in csv.DictReader(stream, strict=True)]


def _pair(row: dict[str, str]) -> ListedPair:
    return ListedPair(
        list=row["list"],
        comparison=int(row["comparison"]),
        reference=row["reference"],
        probe=row["probe"],
        same=bool(int(row["same"])),
        fold=int(row["fold"]),
    )
