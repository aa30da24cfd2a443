from collections import Counter
from pathlib import Path

import pandas as pd
import pytest

from components.shared.data.copies import Duplicate, write_duplicates
from components.shared.runtime.errors import InputError
from components.split.params import SplitParams
from tests.split.indexes import index_of, index_with_parts, parts_of, split


def test_the_folders_of_the_source_are_the_parts(tmp_path: Path) -> None:
    parts = parts_of(
        SplitParams(by="folders"), index_with_parts("train", "val", "test", "train"), tmp_path
    )
    assert parts == {"w0": "train", "w1": "val", "w2": "test", "w3": "train"}


def test_without_a_test_folder_half_of_val_is_tested(tmp_path: Path) -> None:
    parts = parts_of(SplitParams(by="folders"), index_with_parts("train", *["val"] * 5), tmp_path)
    assert parts["w0"] == "train"
    assert Counter(parts.values()) == {"train": 1, "val": 3, "test": 2}


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (index_of(5), "has no folders train/ val/"),
        (
            index_with_parts("train", "train"),
            "folder val/ has no usable images; set split.by to fraction",
        ),
        (index_with_parts("val", "test"), "folder train/ has no usable images"),
        (index_with_parts("train", "test"), "no val/, and its train/ too few identities"),
        (index_with_parts("train", "val"), "too few identities"),
        (index_with_parts("train", "val", ""), "images have the part '' .*: name one for each"),
        (
            index_of(3, 2, part=["train", "val", "val", "val", "test", "test"]),
            "'w0' stands in the folders train and val",
        ),
        (index_with_parts("train", "val", "test").assign(sha256="x"), "the same image"),
        (index_with_parts("train", "val", "val").assign(sha256=["x", "x", "y"]), "the same image"),
    ],
)
def test_folders_that_are_no_partition_are_refused(
    index: pd.DataFrame, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        split(SplitParams(by="folders"), index, tmp_path)
    assert not (tmp_path / "out").exists()


def test_an_identity_in_two_unicode_forms_may_not_stand_in_two_folders(tmp_path: Path) -> None:
    index = index_with_parts("train", "val", "test", "val")
    index.loc[[0, 1], "identity"] = ["Jose\u0301", "Jos\u00e9"]
    with pytest.raises(InputError, match="stands in the folders train and val"):
        split(SplitParams(by="folders"), index, tmp_path)


def test_without_a_val_folder_val_is_drawn_from_train_by_seed(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    index = index_with_parts(*["train"] * 12, *["test"] * 8)
    with caplog.at_level("INFO"):
        parts = parts_of(SplitParams(by="folders", val=0.2), index, tmp_path)
    assert Counter(parts.values()) == {"train": 8, "val": 4, "test": 8}  # 0.2 of all 20
    assert all(parts[f"w{number}"] == "test" for number in range(12, 20))
    assert "has no val/: 4 identities of train/, drawn by seed, validate" in caplog.text
    assert parts != parts_of(SplitParams(by="folders", val=0.2, seed=1), index, tmp_path)


def test_identities_that_share_an_image_move_to_val_together(tmp_path: Path) -> None:
    index = index_with_parts("train", "train", "train", "test")
    index["sha256"] = ["x", "x", "y", "z"]
    for seed in range(4):
        parts = parts_of(SplitParams(by="folders", seed=seed), index, tmp_path)
        assert parts["w0"] == parts["w1"] != parts["w2"]


def test_a_copy_in_another_folder_of_the_source_is_named_by_both_paths(tmp_path: Path) -> None:
    index = index_with_parts("train", "val", "test")
    copy = Duplicate("val/w0/copy", "0/0", "val")
    write_duplicates([Duplicate("train/w0/again", "0/0", "train"), copy], tmp_path)
    message = "the same image stands in the folders train as 0/0 and val as val/w0/copy; keep one"
    with pytest.raises(InputError, match=message):
        split(SplitParams(by="folders"), index, tmp_path)
    split(SplitParams(), index, tmp_path)


@pytest.mark.parametrize("folds", [0, 3])
def test_mixing_the_folders_of_the_source_is_told_with_what_to_set(
    folds: int, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    split(SplitParams(folds=folds), index_with_parts("train", "val", "test"), tmp_path)
    assert "has train/ val/ test/ of its own, which are mixed" in caplog.text
    assert "set split.by to folders" in caplog.text
    caplog.clear()
    split(SplitParams(folds=folds), index_of(5), tmp_path)
    split(SplitParams(by="folders"), index_with_parts("train", "val", "test"), tmp_path)
    assert not caplog.text
