"""The catalog: one row per image of data/raw, written by ingest and read by every later step."""

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal, get_args

from components.shared.data.identities import unify
from components.shared.runtime.errors import InputError
from components.shared.storage.reading import reading

if TYPE_CHECKING:
    import pandas as pd

Kind = Literal["genuine", "forgery", "disguised"]
KINDS: tuple[Kind, ...] = get_args(Kind)
DISGUISED: Kind = "disguised"
CATALOG = "catalog.csv"
COLUMNS = ("path", "identity", "kind", "sha256")
OPTIONAL = ("part", "collection")


@dataclass(frozen=True)
class Entry:
    """One image of the catalog.

    Attributes:
        path: of the file, relative to the catalog's folder.
        identity: the writer; of a forgery, the imitated one.
        kind: `genuine`, `forgery`, or `disguised`: by the identity's hand, but not to be told so.
        sha256: of the file's bytes, hexadecimal.
        part: the source's own `train`, `val` or `test`, if it has them.
        collection: the name of its collection, where there are several sources.
    """

    path: str
    identity: str
    kind: Kind
    sha256: str
    part: str | None = None
    collection: str | None = None


def write(entries: Iterable[Entry], folder: Path) -> list[Entry]:
    """Writes `catalog.csv` into a folder, sorted by path, and returns the entries in that order."""
    rows = sorted(entries, key=lambda entry: entry.path)
    columns = list(COLUMNS)
    for optional in OPTIONAL:
        if any(getattr(entry, optional) for entry in rows):
            columns.append(optional)
    with (folder / CATALOG).open("w", newline="", encoding="utf-8") as stream:
        table = csv.writer(stream, lineterminator="\n")
        table.writerow(columns)
        for entry in rows:
            table.writerow([getattr(entry, column) for column in columns])
    return rows


def read(raw: Path) -> "pd.DataFrame":
    """Reads `raw`/catalog.csv, in the order of the file: path, identity, kind, sha256, and part and
    collection where it has them.

    All values are strings as in the file: an identity may be called `NA`, `None` or `001`. Names
    that differ in their Unicode form alone are one identity, spelled as its first image has it.

    Raises:
        InputError: it is missing, empty or damaged, or names files outside `raw`.
    """
    path = raw / CATALOG
    catalog = _parse(path)
    if catalog.empty:
        raise InputError(f"{path}: lists no images; check the source and run ingest again")
    for column in COLUMNS:
        values = catalog[column].tolist()
        if "" in values:
            raise InputError(f"{path}: line {values.index('') + 2} has no {column}")
    if unknown := set(catalog["kind"]) - set(KINDS):
        raise InputError(f"{path}: unknown kind '{min(unknown)}' (known: {', '.join(KINDS)})")
    twice = catalog["path"].duplicated()
    if twice.any():
        raise InputError(f"{path}: lists {catalog['path'][twice].iloc[0]} twice")
    outside = next((name for name in catalog["path"] if _leaves(name)), None)
    if outside is not None:
        raise InputError(f"{path}: {outside} lies outside {raw}")
    catalog["identity"] = unify(catalog["identity"])
    return catalog[[*COLUMNS, *(column for column in OPTIONAL if column in catalog)]]


def rows(raw: Path) -> list[dict[str, str]]:
    """Reads `raw`/catalog.csv as `read` does; returns the values of each image by column."""
    table = read(raw)
    return [dict(zip(table.columns, values, strict=True)) for values in table.to_numpy()]


def _parse(path: Path) -> "pd.DataFrame":
    from components.shared.data.csv_tables import read_texts

    damaged = "not a catalog ({reason}); run ingest again"
    with reading(path, damaged, missing="run ingest first"):
        return read_texts(path, COLUMNS)


def _leaves(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts or "\0" in name or not path.parts
