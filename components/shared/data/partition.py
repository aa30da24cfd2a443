"""The partition of an image store into train, val and test, with the fold of each identity."""

from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from components.shared.data.identities import unify
from components.shared.data.tables import read_table, write_table
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_file

PARTS = ("train", "val", "test")
PARTITION = "split.parquet"


def write(partition: pd.DataFrame, index: pd.DataFrame, path: Path) -> None:
    """Writes split.parquet.

    Args:
        partition: row (of the index), part, fold (-1 where there are no folds); one line per row of
            the index.
        index: index.parquet of the prepared images.
        path: the file, or an existing folder for it.

    Raises:
        InputError: an identity, or identical bytes, would be in two parts.
    """
    _check(partition, index, "this split")
    with atomic_file(_file(path)) as fresh:
        write_table(partition[["row", "part", "fold"]].sort_values("row"), fresh)


def read(split: Path, index: pd.DataFrame) -> pd.DataFrame:
    """Reads split.parquet (row, part, fold), in the order of the index.

    Raises:
        InputError: it is missing, belongs to other images, or has an identity or identical bytes
            in two parts.
    """
    path = _file(split)
    partition = read_table(path, "split", ("row", "part", "fold"))
    _check(partition, index, str(path))
    return partition.sort_values("row", ignore_index=True)


def _file(path: Path) -> Path:
    return path if path.suffix == ".parquet" else path / PARTITION


def _check(partition: pd.DataFrame, index: pd.DataFrame, origin: str) -> None:
    if not {"row", "part", "fold"} <= set(partition.columns):
        raise InputError(f"{origin}: lacks one of the columns row, part, fold; run split again")
    if sorted(partition["row"]) != list(range(len(index))):
        counts = f"{len(partition)} rows that are not the {len(index)} images"
        raise InputError(f"{origin}: has {counts}; run split again")
    if unknown := set(partition["part"]) - set(PARTS):
        raise InputError(f"{origin}: unknown part '{min(unknown)}' (known: {', '.join(PARTS)})")
    part: list[str] = partition.sort_values("row")["part"].tolist()
    if rows := _divided(part, unify(index["identity"])):
        names = " and ".join(part[row] for row in rows)
        raise InputError(
            f"{origin}: identity '{index['identity'].iloc[rows[0]]}' stands in {names}; "
            "one part only is allowed"
        )
    if rows := _divided(part, index["sha256"]):
        places = " and ".join(f"{part[row]} as {index['path'].iloc[row]}" for row in rows)
        raise InputError(f"{origin}: the same image stands in {places}; keep one")


def _divided(part: list[str], values: Iterable[str]) -> list[int]:
    """Finds a value that stands in several parts.

    Returns:
        A row of each of these parts, sorted by their names; none where there is no such value.
    """
    once = pd.DataFrame({"value": list(values), "part": part}).drop_duplicates()
    divided = once[once["value"].duplicated(keep=False)]
    rows = divided[divided["value"] == divided["value"].iloc[0]] if len(divided) else divided
    return rows.sort_values("part").index.tolist()
