"""Figures reach KFP's own artifact classes, but never one that KFP cannot write."""

import json
import math
from pathlib import Path

from kfp.dsl import HTML, ClassificationMetrics, Dataset, Metrics

from components.ingest.params import IngestParams
from components.preprocess.params import PreprocessParams
from components.split.params import SplitParams
from pipelines.kubeflow import artifacts


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
