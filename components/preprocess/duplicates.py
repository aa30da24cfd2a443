"""The report on duplicates: pictures that are equal, and those that are nearly so."""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import pandas as pd

from components.shared.data.copies import DUPLICATES
from components.shared.data.csv_tables import write_csv
from components.shared.data.near_copies import NearCopy

Row = Mapping[str, str]
EQUAL, NEAR = "equal", "near"
WORDS = {EQUAL: "equal", NEAR: "nearly equal"}
COLUMNS = ("identity", "kind", "collection")
PLACES = ("within identities", "across identities", "across collections")


class Pair(NamedTuple):
    """Two images of the catalog that are equal or nearly so.

    Attributes:
        image: the row of the catalog of the later one.
        other: that of the other.
        relation: `equal` or `near`.
        distance: number of bits in which their perceptual hashes differ; 0 where they are equal.
    """

    image: Row
    other: Row
    relation: str
    distance: int

    @property
    def place(self) -> str:
        """One of `PLACES`, the last that holds."""
        if self.image.get("collection") != self.other.get("collection"):
            return PLACES[2]
        return PLACES[0] if self.image["identity"] == self.other["identity"] else PLACES[1]


def list_pairs(
    rows: Sequence[Row], equal: Sequence[tuple[str, str]], near: Sequence[NearCopy]
) -> list[Pair]:
    """Lists pairs of equal images, then pairs of nearly equal ones.

    Args:
        rows: of the catalog.
        equal: paths of two images with the same picture.
        near: pairs of nearly equal images.
    """
    by_path = {row["path"]: row for row in rows}
    pairs = [Pair(by_path[path], by_path[other], EQUAL, 0) for path, other in equal]
    return pairs + [
        Pair(by_path[pair.path], by_path[pair.original], NEAR, pair.distance) for pair in near
    ]


def summary(pairs: Sequence[Pair]) -> list[str]:
    """Returns a sentence on pairs that are equal, and one on those that are nearly so."""
    counts = Counter((pair.relation, pair.place) for pair in pairs)
    lines = []
    for relation, words in WORDS.items():
        found = [
            f"{counts[relation, place]:,} {place}" for place in PLACES if counts[relation, place]
        ]
        if found:
            lines.append(f"{words}: {', '.join(found)} ({DUPLICATES} names them)")
    return lines


def warn(pairs: Sequence[Pair]) -> None:
    """Tells of nearly equal images, and warns of those that stand with different labels."""
    near = [pair for pair in pairs if pair.relation == NEAR]
    if near:
        logging.info("%d pairs of images are nearly equal; all of them are used", len(near))
    contradictions = [pair for pair in near if _label(pair.image) != _label(pair.other)]
    if contradictions:
        first = contradictions[0]
        logging.warning(
            "%d pairs of nearly equal images stand with different labels, such as %s, %s, "
            "and %s, %s: look at them",
            len(contradictions),
            first.image["path"],
            _label(first.image),
            first.other["path"],
            _label(first.other),
        )


def write(pairs: Sequence[Pair], folder: Path) -> None:
    """Writes duplicates.csv into `folder`, where there are any: paths and labels of both images."""
    if not pairs:
        return
    columns: dict[str, list[str | int]] = {
        "path": [pair.image["path"] for pair in pairs],
        "other": [pair.other["path"] for pair in pairs],
    }
    for name in COLUMNS:
        if name in pairs[0].image:
            columns[name] = [pair.image[name] for pair in pairs]
            columns[f"other_{name}"] = [pair.other[name] for pair in pairs]
    columns["relation"] = [pair.relation for pair in pairs]
    columns["distance"] = [pair.distance for pair in pairs]
    write_csv(pd.DataFrame(columns), folder / DUPLICATES)


def _label(row: Row) -> str:
    return f"{row['kind']} of {row['identity']}"
