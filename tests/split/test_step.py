from pathlib import Path

import pytest

from components.shared.data import partition
from components.shared.data.tables import write_table
from components.shared.runtime.errors import InputError
from components.split import step
from components.split.params import SplitParams
from tests.split.indexes import index_of, parts_of, split


def test_the_order_of_the_images_does_not_matter(tmp_path: Path) -> None:
    index = index_of(10)
    reversed_index = index[::-1].reset_index(drop=True)
    assert parts_of(SplitParams(), index, tmp_path) == parts_of(
        SplitParams(), reversed_index, tmp_path
    )


def test_equal_splits_are_equal_bytes(tmp_path: Path) -> None:
    split(SplitParams(), index_of(10), tmp_path)
    first = (tmp_path / "out" / "split.parquet").read_bytes()
    split(SplitParams(), index_of(10), tmp_path)
    assert (tmp_path / "out" / "split.parquet").read_bytes() == first


def test_the_fold_of_an_identity_is_written_and_minus_one_without_folds(tmp_path: Path) -> None:
    folded = split(SplitParams(folds=5, fold=2), index_of(10), tmp_path)
    assert set(folded["fold"]) == set(range(5))
    assert set(folded["fold"][folded["part"] == "test"]) == {2}
    assert set(split(SplitParams(), index_of(10), tmp_path)["fold"]) == {-1}


def test_figures_count_identities_and_images(tmp_path: Path) -> None:
    write_table(index_of(10, 3), tmp_path / "index.parquet")
    figures = step.run(SplitParams(val=0.2, test=0.3), tmp_path, tmp_path / "out")
    assert {key: value for key, value in figures.items() if "identities" in key} == {
        "train_identities": 5,
        "val_identities": 2,
        "test_identities": 3,
    }
    assert [figures[f"{part}_images"] for part in partition.PARTS] == [15, 6, 9]


def test_too_few_identities_are_counted_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"show 2 identities, but .* at least 3"):
        split(SplitParams(), index_of(2), tmp_path)
    with pytest.raises(InputError, match=r"5 folds .* at least 5"):
        split(SplitParams(folds=5), index_of(4), tmp_path)
    with pytest.raises(InputError, match=r"show 2 identities \(2 more share images"):
        split(SplitParams(), index_of(4).assign(sha256=[*"aabb", *"bbbb"]), tmp_path)


@pytest.mark.parametrize("folds", [0, 5])
def test_an_identity_in_two_unicode_forms_is_one_when_identities_are_drawn(
    folds: int, tmp_path: Path
) -> None:
    index = index_of(10)
    index.loc[index["identity"] == "w0", "identity"] = ["Jos\u00e9", "Jose\u0301"]
    for seed in range(5):
        parts = split(SplitParams(folds=folds, seed=seed), index, tmp_path)["part"]
        assert parts[0] == parts[1]
    figures = step.run(SplitParams(), tmp_path, tmp_path / "out")
    assert sum(figures[f"{part}_identities"] for part in partition.PARTS) == 10
