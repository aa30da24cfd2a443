"""CSV files of figures, which people and `dvc plots` read."""

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
