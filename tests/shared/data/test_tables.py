"""Parquet files between the steps."""

from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from components.shared.data.tables import read_table, write_table
from components.shared.runtime.errors import InputError

TABLE = pd.DataFrame({"path": ["ä.png", "b.png"], "height": [5, 6], "file_bytes": [2**40, 1]})


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_table(TABLE, tmp_path / "index.parquet")
    table = read_table(tmp_path / "index.parquet", "preprocess")
    assert table.to_dict("list") == TABLE.to_dict("list")


def test_a_column_has_the_type_of_its_name_whatever_pandas_holds_it_in(tmp_path: Path) -> None:
    write_table(TABLE.assign(height=TABLE["height"].astype("int64")), tmp_path / "a.parquet")
    write_table(TABLE.assign(height=TABLE["height"].astype("int16")), tmp_path / "b.parquet")
    assert (tmp_path / "a.parquet").read_bytes() == (tmp_path / "b.parquet").read_bytes()
    schema = pq.read_schema(tmp_path / "a.parquet")
    types = {name: str(schema.field(name).type) for name in schema.names}
    assert types == {"path": "string", "height": "int32", "file_bytes": "int64"}


def test_a_missing_table_names_the_step_to_run_first(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"index.parquet: no such file; run preprocess first"):
        read_table(tmp_path / "index.parquet", "preprocess")


@pytest.mark.parametrize("size", [0, 40])
def test_a_damaged_table_names_the_step_to_run_again(size: int, tmp_path: Path) -> None:
    path = tmp_path / "split.parquet"
    write_table(TABLE, path)
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(InputError, match=r"split.parquet: .+; run split again"):
        read_table(path, "split")
