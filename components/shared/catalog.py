"""catalog.csv, which ingest wrote, and rejected.csv: those of its images that could not be used."""

import csv
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

import pandas as pd

from components.shared.errors import InputError

COLUMNS = ("path", "identity", "kind", "sha256")
KINDS = {"genuine", "forgery"}


def read_catalog(raw: Path) -> pd.DataFrame:
    """Reads `raw`/catalog.csv: path, identity, kind, sha256[, part], all strings, in the order of the file.

    Raises:
        InputError: it is missing, empty or damaged, or names files outside `raw`.
    """
    path = raw / "catalog.csv"
    try:
        catalog = pd.read_csv(path, dtype=str, keep_default_na=False)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file; run ingest first") from None
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: not a catalog ({' '.join(str(error).split())}); run ingest again") from None
    if missing := [column for column in COLUMNS if column not in catalog]:
        raise InputError(f"{path}: lacks the column {', '.join(missing)}; run ingest again")
    if catalog.empty:
        raise InputError(f"{path}: lists no images; check the source and run ingest again")
    for column in COLUMNS:
        if "" in (values := catalog[column].tolist()):
            raise InputError(f"{path}: line {values.index('') + 2} has no {column}")
    if unknown := set(catalog["kind"]) - KINDS:
        raise InputError(f"{path}: unknown kind '{min(unknown)}' (known: genuine, forgery)")
    if (twice := catalog["path"].duplicated()).any():
        raise InputError(f"{path}: lists {catalog['path'][twice].iloc[0]} twice")
    outside = next((name for name in catalog["path"] if _leaves(name)), None)
    if outside is not None:
        raise InputError(f"{path}: {outside} lies outside {raw}")
    return catalog[[*COLUMNS, *(["part"] if "part" in catalog else [])]]


def write_rejected(rejected: Iterable[tuple[str, str]], folder: Path) -> None:
    """Writes rejected.csv (path, reason) into `folder`."""
    with (folder / "rejected.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["path", "reason"])
        writer.writerows(rejected)


def _leaves(name: str) -> bool:
    path = PurePosixPath(name)
    return path.is_absolute() or ".." in path.parts
