"""Figures reach KFP's own artifact classes, but never one that KFP cannot write; a folder of many
files is one file in an object store.
"""

import json
import math
import tarfile
from pathlib import Path

import pytest
from kfp.dsl import HTML, ClassificationMetrics, Dataset, Metrics
from kfp.dsl.types import artifact_types

from components.ingest.params import IngestParams
from components.preprocess.params import PreprocessParams
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest
from components.split.params import SplitParams
from pipelines.kubeflow import artifacts


@pytest.fixture
def in_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    """An artifact of an object store, as a task on a cluster sees it."""
    monkeypatch.setattr(artifact_types, "_S3_LOCAL_MOUNT_PREFIX", f"{tmp_path}/")
    (tmp_path / "bucket").mkdir()
    return Dataset(uri="s3://bucket/raw")


def fill(folder: Path) -> None:
    """Writes what ingest may write: folders, and names that are no ASCII."""
    (folder / "Zoë 李").mkdir(parents=True)
    (folder / "Zoë 李" / ("n" * 120 + ".png")).write_bytes(bytes(range(256)))
    (folder / "catalog.csv").write_text("path\n")


def test_a_folder_in_an_object_store_is_one_file_and_comes_back_as_it_was(
    in_store: Dataset, tmp_path: Path
) -> None:
    fill(tmp_path / "expected")
    with artifacts.written_folder(in_store) as folder:
        fill(folder)
    assert [path.name for path in (tmp_path / "bucket").iterdir()] == ["raw"]
    tarfile.open(in_store.path, "r:").close()  # which reads no compressed one
    with artifacts.read_folder(in_store) as folder:
        assert manifest(folder) == manifest(tmp_path / "expected")
    assert [path.name for path in (tmp_path / "bucket").iterdir()] == ["raw"]


def test_a_folder_on_this_machine_stays_one(tmp_path: Path) -> None:
    raw = Dataset(uri=str(tmp_path / "raw"))
    with artifacts.written_folder(raw) as folder:
        fill(folder)
    with artifacts.read_folder(raw) as read:
        assert read == folder == tmp_path / "raw"
    assert (tmp_path / "raw" / "catalog.csv").is_file()


def test_a_task_that_fails_leaves_no_archive(in_store: Dataset, tmp_path: Path) -> None:
    with pytest.raises(InputError), artifacts.written_folder(in_store) as folder:
        fill(folder)
        raise InputError("no such source")
    assert list((tmp_path / "bucket").iterdir()) == []


def test_figures_keep_their_names_and_those_that_are_not_finite_are_left_out() -> None:
    metrics = Metrics()
    artifacts.copy_figures({"val/eer": 0.25, "n": 3, "nan": math.nan, "inf": math.inf}, metrics)
    assert metrics.metadata == {"val/eer": 0.25, "n": 3.0}
    json.dumps(metrics.metadata, allow_nan=False)


def test_the_curve_is_copied_point_by_point_and_finite() -> None:
    curve = ClassificationMetrics()
    artifacts.copy_roc([(0.0, 0.0, math.inf), (0.0, 0.5, 0.25), (1.0, 1.0, 0.75)], curve)
    points = curve.metadata["confidenceMetrics"]
    assert [(p["falsePositiveRate"], p["recall"], p["confidenceThreshold"]) for p in points] == [
        (0.0, 0.5, 0.25),
        (1.0, 1.0, 0.75),
    ]
    json.dumps(curve.metadata, allow_nan=False)


def test_without_a_curve_the_artifact_stays_empty() -> None:
    curve = ClassificationMetrics()
    artifacts.copy_roc([], curve)
    assert curve.metadata == {}


def test_the_page_is_copied(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("<p>figures</p>")
    html = HTML(uri=str(tmp_path / "artifact"))
    artifacts.copy_page(tmp_path / "report.html", html)
    assert (tmp_path / "artifact").read_text() == "<p>figures</p>"


def test_an_artifact_carries_the_parameters_of_every_step_before_it_and_nothing_else(
    tmp_path: Path,
) -> None:
    raw, prepared, split = Dataset(), Dataset(), Dataset(uri=str(tmp_path))
    raw.metadata["display_name"] = "set by the server"
    artifacts.copy_params("ingest", IngestParams(), raw)
    artifacts.copy_params("preprocess", PreprocessParams(height=32), prepared, raw)
    artifacts.write_params("split", SplitParams(seed=7), split, prepared)
    carried = artifacts.read_params(split)
    assert (carried["preprocess.height"], carried["split.seed"]) == ("32", "7")
    assert {name.split(".")[0] for name in carried} == {"ingest", "preprocess", "split"}
    assert split.metadata == {}  # which is handed on by each of many branches
