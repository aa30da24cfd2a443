from pathlib import Path

import pandas as pd
import pytest

from components.shared.data import partition
from components.shared.runtime.errors import InputError

INDEX = pd.DataFrame(
    {
        "path": ["a/1.png", "a/2.png", "b/1.png", "c/1.png"],
        "identity": ["a", "a", "b", "c"],
        "sha256": ["1", "2", "3", "4"],
    }
)


def _partition(*parts: str) -> pd.DataFrame:
    return pd.DataFrame({"row": range(len(parts)), "part": parts, "fold": -1})


def test_what_is_written_is_read_in_the_order_of_the_index(tmp_path: Path) -> None:
    table = _partition("train", "train", "val", "test")
    partition.write(table.sample(frac=1, random_state=3), INDEX, tmp_path)
    assert partition.read(tmp_path, INDEX).to_dict("list") == table.to_dict("list")


def test_an_identity_in_two_parts_is_refused_and_nothing_written(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="identity 'a' stands in train and val"):
        partition.write(_partition("train", "val", "val", "test"), INDEX, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_identical_bytes_in_two_parts_are_refused_when_read_and_named_by_their_paths(
    tmp_path: Path,
) -> None:
    partition.write(_partition("train", "train", "val", "test"), INDEX, tmp_path)
    message = "the same image stands in test as c/1.png and val as b/1.png; keep one"
    with pytest.raises(InputError, match=message):
        partition.read(tmp_path, INDEX.assign(sha256=["1", "2", "3", "3"]))


def test_a_partition_of_other_images_is_refused(tmp_path: Path) -> None:
    partition.write(_partition("train", "train", "val", "test"), INDEX, tmp_path)
    with pytest.raises(InputError, match="has 4 rows that are not the 3 images; run split again"):
        partition.read(tmp_path, INDEX[:3])


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (_partition("train", "train", "val", "tset"), "unknown part 'tset'"),
        (
            _partition("train", "train", "val", "test").drop(columns="fold"),
            "lacks one of the columns",
        ),
        (_partition("train", "train", "val", "test").assign(row=[0, 1, 1, 3]), "not the 4 images"),
    ],
)
def test_what_is_no_partition_is_refused(table: pd.DataFrame, message: str, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=message):
        partition.write(table, INDEX, tmp_path)


def test_a_missing_partition_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"split.parquet: no such file; run split first"):
        partition.read(tmp_path, INDEX)


def test_an_identity_in_two_unicode_forms_is_not_divided(tmp_path: Path) -> None:
    index = INDEX.assign(identity=["Jos\u00e9", "Jose\u0301", "b", "c"])
    with pytest.raises(InputError, match="stands in train and val"):
        partition.write(_partition("train", "val", "val", "test"), index, tmp_path)
