"""CSV files of figures, which people and `dvc plots` read, and of texts."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd


def write_csv(table: pd.DataFrame, path: Path, digits: int | None = 9) -> None:
    """Writes a table without its index; a missing value is `NaN`.

    A blank would be drawn as zero by `dvc plots`, which leaves out what is not a number.

    Args:
        table: of figures.
        path: the file to write.
        digits: significant ones of a number; None: as many as it takes to read the same number.
    """
    number = None if digits is None else f"%.{digits}g"
    table.to_csv(path, index=False, float_format=number, na_rep="NaN")


def read_texts(path: Path, columns: Sequence[str], *, by_people: bool = False) -> pd.DataFrame:
    """Reads a table of texts, as they stand in the file: one may be `NA`, `None` or `001`.

    Args:
        path: the file, in UTF-8.
        columns: those that it must have, a value in each line.
        by_people: whether people wrote it: a mark at its beginning, and blanks behind commas, are
            no part of the texts.

    Raises:
        ValueError: it is no such table.
        OSError: it cannot be read.
    """
    table = pd.read_csv(
        path,
        dtype=str,
        keep_default_na=False,
        index_col=False,
        encoding="utf-8-sig" if by_people else "utf-8",
        skipinitialspace=by_people,
    )
    if missing := [name for name in columns if name not in table]:
        raise ValueError(f"lacks the column {', '.join(missing)}")
    for name in columns:
        if table[name].isna().any():
            raise ValueError(f"a line has no {name}")
    return table.fillna("")
