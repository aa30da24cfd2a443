"""Parquet files between the steps."""

from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from components.shared.storage.reading import reading

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


def read_table(path: Path, step: str, columns: Sequence[str] = ()) -> pd.DataFrame:
    """Reads a parquet file.

    Args:
        path: the file.
        step: the name of the step that writes it, for errors.
        columns: those that it must have, a value in each row, of the kind that it is written with.

    Raises:
        InputError: it is missing or damaged.
    """
    with reading(path, f"{{reason}}; run {step} again", missing=f"run {step} first"):
        table = pq.read_table(path)
        table.validate(full=True)
        for name in columns:
            if name not in table.column_names:
                raise ValueError(f"lacks the column {name}")
            if table[name].null_count or not _fits(name, table[name].type):
                raise ValueError(f"the column {name} has no value, or one of another kind")
        frame: pd.DataFrame = table.to_pandas()
    return frame


def _fits(name: str, kind: pa.DataType) -> bool:
    """Tells whether a column is of numbers or of texts, as its name demands; pandas's are wider."""
    if name in _TYPES:
        return bool(pa.types.is_integer(kind))
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))
