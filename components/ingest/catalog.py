"""The catalog: one row per image of data/raw."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Kind = Literal["genuine", "forgery"]
NAME = "catalog.csv"


@dataclass(frozen=True)
class Entry:
    """One image: its path relative to the catalog, whom it shows, and the hash of its bytes.

    A forgery's identity is the one imitated. `part` is the source's own train, val or test, where it has them.
    """

    path: str
    identity: str
    kind: Kind
    sha256: str
    part: str | None = None


def write(entries: Iterable[Entry], folder: Path) -> list[Entry]:
    """Writes `catalog.csv` into a folder, sorted by path, and returns the entries in that order."""
    rows = sorted(entries, key=lambda entry: entry.path)
    columns = ["path", "identity", "kind", "sha256"]
    if any(entry.part for entry in rows):
        columns.append("part")
    with (folder / NAME).open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(columns)
        table.writerows([getattr(entry, column) for column in columns] for entry in rows)
    return rows
