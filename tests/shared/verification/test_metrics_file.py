"""metrics.json."""

from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification import metrics_file
from components.shared.verification.metrics_file import flatten, nested


def test_metric_names_become_a_tree_with_whole_counts() -> None:
    tree = nested(
        {
            "verification/skilled/refs_1/eer": 0.25,
            "verification/skilled/refs_1/n_pairs": 8.0,
            "a": 1.0,
        }
    )
    assert tree == {"verification": {"skilled": {"refs_1": {"eer": 0.25, "n_pairs": 8}}}, "a": 1.0}
    assert isinstance(tree["verification"]["skilled"]["refs_1"]["n_pairs"], int)


def test_counts_of_images_are_whole_and_rates_are_not() -> None:
    assert (
        str(nested({"images": 2880.0, "probe/source/auc": 1.0}))
        == "{'images': 2880, 'probe': {'source': {'auc': 1.0}}}"
    )


def test_metrics_are_read_as_they_were_written(tmp_path: Path) -> None:
    metrics = {
        "verification/skilled/refs_1/eer": 0.25,
        "verification/skilled/refs_1/n_pairs": 8.0,
        "images": 2.0,
    }
    metrics_file.write(tmp_path, metrics)
    assert metrics_file.read(tmp_path) == flatten(nested(metrics)) == metrics


def test_names_that_were_never_split_stay_as_they_are() -> None:
    assert flatten({"a/b": 1, "c": {"d": 0.5}}) == {"a/b": 1.0, "c/d": 0.5}


def test_a_file_that_is_no_json_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "metrics.json").write_text("{")
    with pytest.raises(InputError, match=r"metrics\.json: not valid JSON"):
        metrics_file.read(tmp_path)
