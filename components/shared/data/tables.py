"""Parquet files between the steps."""

from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from components.shared.runtime.errors import InputError

_TYPES = {
    **dict.fromkeys(["height", "width", "row", "fold", "dpi", "median_grey"], pa.int32()),
    "file_bytes": pa.int64(),
}


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Writes a parquet file whose bytes depend on the values alone.

    A column's type follows from its name; there is no compression and no metadata of pandas.
    """
    names = [str(name) for name in table.columns]
    schema = pa.schema([(name, _TYPES.get(name, pa.string())) for name in names])
    arrow = pa.Table.from_pandas(
        table, schema=schema, preserve_index=False
    ).replace_schema_metadata(None)
    pq.write_table(arrow, path, compression="none")


def read_table(path: Path, step: str) -> pd.DataFrame:
    """Reads a parquet file.

    Args:
        path: the file.
        step: the name of the step that writes it, for errors.

    Raises:
        InputError: it is missing or damaged.
    """
    try:
        return pd.read_parquet(path)
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file; run {step} first") from None
    except (OSError, pa.ArrowException) as error:
        raise InputError(f"{path}: {str(error).splitlines()[0]}; run {step} again") from None
