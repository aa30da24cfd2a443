"""Nearly equal images never stand in two parts."""

import logging
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.shared.data.near_copies import NearCopy, write_near_copies
from components.shared.runtime.errors import InputError
from components.split.linked_images import refuse_divided
from components.split.params import CollectionParts, SplitParams
from tests.split.indexes import index_of, index_with_parts, parts_of, split

Pairs = list[tuple[int, int]]


def link(folder: Path, *pairs: tuple[str, str]) -> None:
    """Writes near_copies.csv of these pairs of paths."""
    (folder / "near_copies.csv").unlink(missing_ok=True)
    write_near_copies([NearCopy(path, other, 3) for path, other in pairs], folder)


@pytest.mark.parametrize("folds", [0, 4])
def test_a_chain_of_three_identities_stands_in_one_part(folds: int, tmp_path: Path) -> None:
    link(tmp_path, ("3/0", "7/1"), ("5/1", "7/0"))
    for seed in range(6):
        parts = parts_of(SplitParams(folds=folds, seed=seed), index_of(12), tmp_path)
        assert parts["w3"] == parts["w5"] == parts["w7"]


@given(
    pairs=st.lists(st.tuples(st.integers(0, 29), st.integers(0, 29)), max_size=12),
    folds=st.sampled_from([0, 3]),
    seed=st.integers(0, 20),
)
@settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_boundary_of_parts_cuts_a_pair(
    pairs: Pairs, folds: int, seed: int, tmp_path: Path
) -> None:
    index = index_of(30, 1)
    link(tmp_path, *[(f"{one}/0", f"{other}/0") for one, other in pairs])
    parts = parts_of(SplitParams(folds=folds, seed=seed), index, tmp_path)
    assert [pair for pair in pairs if parts[f"w{pair[0]}"] != parts[f"w{pair[1]}"]] == []
    assert set(parts.values()) == {"train", "val", "test"}


def test_equal_and_nearly_equal_images_make_one_group(tmp_path: Path) -> None:
    index = index_of(12)
    index.loc[[0, 2], "sha256"] = "x"  # w0 and w1
    link(tmp_path, ("1/1", "2/0"))
    for seed in range(6):
        parts = parts_of(SplitParams(seed=seed), index, tmp_path)
        assert parts["w0"] == parts["w1"] == parts["w2"]


def by_csv(folder: Path) -> SplitParams:
    (folder / "parts.csv").write_text("identity,part\nw0,train\nw1,val\nw2,test\n")
    return SplitParams(by=str(folder / "parts.csv"))


def by_collection(folder: Path) -> SplitParams:
    return SplitParams(by="collection", collections=CollectionParts(val=("val",), test=("test",)))


def by_folders(folder: Path) -> SplitParams:
    return SplitParams(by="folders")


@pytest.mark.parametrize("fixed", [by_csv, by_collection, by_folders])
def test_fixed_parts_with_nearly_equal_images_are_refused_with_both_paths(
    fixed: object, tmp_path: Path
) -> None:
    assert callable(fixed)
    index = index_with_parts("train", "val", "test")
    index = index.assign(collection=index["part"])
    link(tmp_path)
    split(fixed(tmp_path), index, tmp_path)
    link(tmp_path, ("2/0", "0/0"))
    message = r"nearly equal images stand in train as 0/0 and test as 2/0 \(distance 3\); 1 such"
    with pytest.raises(InputError, match=message):
        split(fixed(tmp_path), index, tmp_path)


def test_within_an_identity_nothing_is_refused(tmp_path: Path) -> None:
    link(tmp_path, ("0/1", "0/0"))
    split(by_csv(tmp_path), index_of(3), tmp_path)


def test_val_that_is_drawn_takes_linked_identities_together(tmp_path: Path) -> None:
    index = index_with_parts(*["train"] * 6, "test")
    link(tmp_path, ("1/0", "0/0"))
    for seed in range(6):
        parts = parts_of(SplitParams(by="folders", val=0.3, seed=seed), index, tmp_path)
        assert parts["w0"] == parts["w1"]


def test_pairs_are_refused_by_their_identities() -> None:
    index = pd.DataFrame({"path": ["a", "b", "c"], "identity": ["1", "2", "2"]})
    refuse_divided([NearCopy("c", "b", 0)], index, {"1": "train", "2": "val"})
    with pytest.raises(InputError, match="train as a and val as c"):
        refuse_divided([NearCopy("c", "a", 0)], index, {"1": "train", "2": "val"})


def test_a_group_that_is_too_large_for_a_part_is_said_in_one_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    link(tmp_path, ("0/0", "1/0"), ("1/0", "2/0"), ("5/0", "6/0"))
    with caplog.at_level(logging.INFO):
        split(SplitParams(val=0.2, test=0.3), index_of(10), tmp_path)
    told = [record for record in caplog.records if "nearly equal" in record.getMessage()]
    assert [record.getMessage() for record in told] == [
        "5 identities share equal or nearly equal images and stand together, in 2 groups",
        "3 identities, w0 among them, share equal or nearly equal images and stand together in "
        f"{parts_of(SplitParams(val=0.2, test=0.3), index_of(10), tmp_path)['w0']}: "
        "more than were to be in val (2)",
    ]
    caplog.clear()
    link(tmp_path)
    split(SplitParams(), index_of(10), tmp_path)
    assert "stand together" not in caplog.text
