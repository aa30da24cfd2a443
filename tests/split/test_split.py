import subprocess
import sys
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.shared.data import partition
from components.shared.data.tables import write_table
from components.shared.runtime.errors import InputError
from components.shared.runtime.params import load, parse
from components.split import step
from components.split.identity_groups import Group, groups_of
from components.split.params import SplitParams
from components.split.random_split import by_folds, by_fraction

PROJECT = Path(__file__).resolve().parents[2]


def _index(identities: int, images: int = 2, **columns: list[str]) -> pd.DataFrame:
    rows = [
        {
            "path": f"{who}/{i}",
            "identity": f"w{who}",
            "kind": "genuine",
            "sha256": f"{who}-{i}",
            "height": 9,
            "width": 9,
        }
        for who in range(identities)
        for i in range(images)
    ]
    return pd.DataFrame(rows).assign(**columns)


def _run(params: SplitParams, index: pd.DataFrame, folder: Path) -> pd.DataFrame:
    write_table(index, folder / "index.parquet")
    step.run(params, folder, folder / "out")
    return partition.read(folder / "out", index)


def _parts(params: SplitParams, index: pd.DataFrame, folder: Path) -> dict[str, str]:
    return dict(zip(index["identity"], _run(params, index, folder)["part"], strict=True))


@st.composite
def _grouped(draw: st.DrawFn) -> list[Group]:
    sizes = draw(st.lists(st.integers(1, 4), min_size=3, max_size=30))
    names = iter(range(200))
    return [tuple(f"w{next(names):03}" for _ in range(size)) for size in sizes]


@given(_grouped(), st.floats(0.01, 0.49), st.floats(0.01, 0.49), st.integers(0, 9))
@settings(max_examples=200, deadline=None)
def test_a_draw_names_everyone_keeps_groups_together_and_fills_every_part(
    groups: list[Group], val: float, test: float, seed: int
) -> None:
    parts = by_fraction(groups, val, test, seed)
    assert sorted(parts) == sorted(identity for group in groups for identity in group)
    assert set(parts.values()) == {"train", "val", "test"}
    assert all(len({parts[identity] for identity in group}) == 1 for group in groups)
    assert parts == by_fraction(groups, val, test, seed)


@given(st.integers(10, 100), st.floats(0.05, 0.45), st.floats(0.05, 0.45), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_without_shared_images_the_parts_are_as_large_as_asked_for(
    n: int, val: float, test: float, seed: int
) -> None:
    count = Counter(by_fraction([(f"w{i}",) for i in range(n)], val, test, seed).values())
    assert abs(count["val"] - val * n) <= 0.5 or count["val"] == 1
    assert abs(count["test"] - test * n) <= 0.5 or count["test"] == 1


@given(_grouped(), st.integers(3, 6), st.integers(0, 9))
@settings(max_examples=100, deadline=None)
def test_over_all_folds_every_identity_is_tested_exactly_once(
    groups: list[Group], folds: int, seed: int
) -> None:
    folds = min(folds, len(groups))
    everyone = sorted(identity for group in groups for identity in group)
    draws = [by_folds(groups, folds, fold, 0.2, seed) for fold in range(folds)]
    tested = [identity for parts, _ in draws for identity, part in parts.items() if part == "test"]
    assert sorted(tested) == everyone
    for fold, (parts, number) in enumerate(draws):
        assert number == draws[0][1]
        assert {identity for identity in everyone if number[identity] == fold} == {
            identity for identity in everyone if parts[identity] == "test"
        }
        assert set(parts.values()) == {"train", "val", "test"}
        assert all(len({parts[identity] for identity in group}) == 1 for group in groups)


def test_a_fold_that_leaves_one_group_to_train_and_to_validate_on_is_refused() -> None:
    groups: list[Group] = [("w0", "w1", "w2"), ("w3",), ("w4",)]
    with pytest.raises(InputError, match="fold 1 of 2 leaves too few"):
        by_folds(groups, 2, 1, 0.2, 0)


def test_folds_differ_by_one_identity_at_most() -> None:
    _, number = by_folds([(f"w{i}",) for i in range(55)], 4, 0, 0.2, 0)
    assert sorted(Counter(number.values()).values()) == [13, 14, 14, 14]


def test_another_seed_draws_other_parts_and_the_drawn_ones_never_change() -> None:
    groups: list[Group] = [(f"w{i}",) for i in range(10)]
    assert by_fraction(groups, 0.2, 0.3, 0) != by_fraction(groups, 0.2, 0.3, 1)
    tested = [
        identity for identity, part in by_fraction(groups, 0.2, 0.3, 0).items() if part == "test"
    ]
    assert tested == FIRST_DRAW


FIRST_DRAW = ["w4", "w6", "w2"]  # numpy.random.default_rng((0,)).permutation(10) begins so


def test_the_order_of_the_images_does_not_matter(tmp_path: Path) -> None:
    index = _index(10)
    reversed_index = index[::-1].reset_index(drop=True)
    assert _parts(SplitParams(), index, tmp_path) == _parts(SplitParams(), reversed_index, tmp_path)


def test_equal_splits_are_equal_bytes(tmp_path: Path) -> None:
    _run(SplitParams(), _index(10), tmp_path)
    first = (tmp_path / "out" / "split.parquet").read_bytes()
    _run(SplitParams(), _index(10), tmp_path)
    assert (tmp_path / "out" / "split.parquet").read_bytes() == first


def test_identities_that_share_an_image_also_through_a_third_stand_together() -> None:
    index = _index(6)
    index.loc[[2, 5, 6], "sha256"] = ["x", "x", "y"]  # w1 and w2 share x
    index.loc[8, "sha256"] = "y"  # w3 and w4 share y
    assert groups_of(index) == [("w0",), ("w1", "w2"), ("w3", "w4"), ("w5",)]
    index.loc[[4, 7], "sha256"] = "z"  # w2 and w3 share z
    assert groups_of(index) == [("w0",), ("w1", "w2", "w3", "w4"), ("w5",)]


def test_the_fold_of_an_identity_is_written_and_minus_one_without_folds(tmp_path: Path) -> None:
    folded = _run(SplitParams(folds=5, fold=2), _index(10), tmp_path)
    assert set(folded["fold"]) == set(range(5))
    assert set(folded["fold"][folded["part"] == "test"]) == {2}
    assert set(_run(SplitParams(), _index(10), tmp_path)["fold"]) == {-1}


def test_figures_count_identities_and_images(tmp_path: Path) -> None:
    write_table(_index(10, 3), tmp_path / "index.parquet")
    figures = step.run(SplitParams(val=0.2, test=0.3), tmp_path, tmp_path / "out")
    assert {key: value for key, value in figures.items() if "identities" in key} == {
        "train_identities": 5,
        "val_identities": 2,
        "test_identities": 3,
    }
    assert [figures[f"{part}_images"] for part in partition.PARTS] == [15, 6, 9]


def _foldered(*parts: str) -> pd.DataFrame:
    return _index(len(parts), 1, part=list(parts))


def test_the_folders_of_the_source_are_the_parts(tmp_path: Path) -> None:
    parts = _parts(SplitParams(by="folders"), _foldered("train", "val", "test", "train"), tmp_path)
    assert parts == {"w0": "train", "w1": "val", "w2": "test", "w3": "train"}


def test_without_a_test_folder_half_of_val_is_tested(tmp_path: Path) -> None:
    parts = _parts(SplitParams(by="folders"), _foldered("train", *["val"] * 5), tmp_path)
    assert parts["w0"] == "train"
    assert Counter(parts.values()) == {"train": 1, "val": 3, "test": 2}


@pytest.mark.parametrize(
    ("index", "message"),
    [
        (_index(5), "has no folders train/ val/"),
        (_foldered("train", "train", "test"), "folder val/ has no usable images"),
        (_foldered("train", "val"), "too few identities"),
        (_foldered("train", "val", "").assign(), "unknown part ''"),
        (
            _index(3, 2, part=["train", "val", "val", "val", "test", "test"]),
            "'w0' stands in the folders train and val",
        ),
        (_foldered("train", "val", "test").assign(sha256="x"), "the same image"),
        (_foldered("train", "val", "val").assign(sha256=["x", "x", "y"]), "the same image"),
    ],
)
def test_folders_that_are_no_partition_are_refused(
    index: pd.DataFrame, message: str, tmp_path: Path
) -> None:
    with pytest.raises(InputError, match=message):
        _run(SplitParams(by="folders"), index, tmp_path)
    assert not (tmp_path / "out").exists()


def test_a_csv_names_the_parts(tmp_path: Path) -> None:
    listed = tmp_path / "parts.csv"
    listed.write_text("\ufeffidentity,part\nw2,train\nw0,val\nw1,test\n", encoding="utf-8")
    assert _parts(SplitParams(by=str(listed)), _index(3), tmp_path) == {
        "w0": "val",
        "w1": "test",
        "w2": "train",
    }


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "no such file"),
        ("", "not a csv"),
        ("who,part\n", "first line must be identity,part"),
        ("identity,part\nw0,train\nw1,val\nw1,test\n", "'w1' is named twice"),
        ("identity,part\nw0,train\nw1,vla\n", "line 3: unknown part 'vla'"),
        (
            "identity,part\nw0,train\nw1,val\nw2,test\nw22,test\n",
            r"'w22' has no images \(did you mean 'w2'\?\)",
        ),
        ("identity,part\nw0,train\nw1,val\n", "1 identities of the images are not named: w2"),
        ("identity,part\nw0,train\nw1,val\nw2,val\n", "no identity stands in test"),
    ],
)
def test_a_csv_that_is_no_partition_is_refused(
    content: str | None, message: str, tmp_path: Path
) -> None:
    listed = tmp_path / "parts.csv"
    if content is not None:
        listed.write_text(content)
    with pytest.raises(InputError, match=message):
        _run(SplitParams(by=str(listed)), _index(3), tmp_path)


def test_a_csv_that_parts_identical_bytes_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parts.csv").write_text("identity,part\nw0,train\nw1,val\nw2,test\n")
    index = _index(3)
    index.loc[[1, 4], "sha256"] = "x"
    with pytest.raises(InputError, match=r"the same image .* stands in test and train"):
        _run(SplitParams(by=str(tmp_path / "parts.csv")), index, tmp_path)


def test_too_few_identities_are_counted_in_the_message(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"show 2 identities, but .* at least 3"):
        _run(SplitParams(), _index(2), tmp_path)
    with pytest.raises(InputError, match=r"5 folds .* at least 5"):
        _run(SplitParams(folds=5), _index(4), tmp_path)
    with pytest.raises(InputError, match=r"show 2 identities \(2 more share images"):
        _run(SplitParams(), _index(4).assign(sha256=[*"aabb", *"bbbb"]), tmp_path)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"val": 0.5, "test": 0.5}, "leave nothing to train on"),
        ({"val": 0.6, "folds": 2}, "leave nothing to train on"),
        ({"fold": 1}, "fold is 1, but folds is 0"),
        ({"folds": 5, "fold": 5}, "from 0 to 4"),
        ({"folds": 1}, "at least 2"),
        ({"folds": 5, "by": "folders"}, "by: fraction only"),
        ({"by": "fractions"}, "fraction, folders, or the path"),
        ({"val": 0}, "split.val is 0"),
        ({"vol": 0.2}, "did you mean 'val'"),
    ],
)
def test_contradictory_parameters_are_told(values: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        parse(SplitParams, "split", values, "params.yaml")


def test_the_defaults_are_those_of_the_parameter_file() -> None:
    assert load(SplitParams, "split", PROJECT / "params.yaml") == SplitParams()


def test_the_command_never_imports_tensorflow_and_ends_with_2_on_bad_input(tmp_path: Path) -> None:
    write_table(_index(2), tmp_path / "index.parquet")
    script = (
        "import sys\nfrom components.split.__main__ import main\n"
        "try:\n    main(sys.argv[1:])\nfinally:\n    assert 'tensorflow' not in sys.modules"
    )
    command = [
        sys.executable,
        "-c",
        script,
        "--prepared",
        str(tmp_path),
        "--out",
        str(tmp_path / "out"),
    ]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.count("\n")) == (2, 1)
    assert done.stderr.startswith("error: the images show 2 identities")
