"""The files that the results become."""

import json
import math
from pathlib import Path

import pandas as pd
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import choose_thresholds, run_protocols
from components.evaluate.report.individuals import Individuals
from components.evaluate.report.results import Results
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(bootstrap=10, draws=2)
PROBE = {"probe/source/auc": 0.5, "probe/source/n_identities": 6.0, "probe/source/n_images": 66.0}
FILES = {
    "metrics.json", "summary.json", "threshold.json", "scores.parquet", "roc.csv", "det.csv",
    "cmc.csv", "roc.png", "det.png", "scores.png", "identities.png", "summary.txt", "report.html",
    "upload",
}  # fmt: skip


@pytest.fixture(scope="module")
def results() -> Results:
    part = made_up(PARAMS, 6, 7, 4)
    return Results(
        metrics=run_protocols(part, PARAMS).metrics | PROBE,
        tables={"cmc.csv": pd.DataFrame({"rank": [1, 2], "share": [1 / 3, math.nan]})},
        part=part,
        thresholds=choose_thresholds(part, PARAMS),
        individuals=Individuals([("writer-03", 0.5)], []),
        origin={"git revision": "0123abc"},
        parameters={"train.mining": "hard"},
        shortcut_lines=["source files tell nothing"],
        notices=["Read this first."],
    )


def test_every_file_is_written_and_says_the_same(results: Results, tmp_path: Path) -> None:
    results.write(tmp_path, PARAMS)
    assert {path.name for path in tmp_path.iterdir()} == FILES
    metrics = json.loads((tmp_path / "metrics.json").read_text())
    eer = metrics["verification"]["skilled"]["refs_1"]["eer"]
    assert json.loads((tmp_path / "summary.json").read_text())["eer_skilled"] == eer
    summary = (tmp_path / "summary.txt").read_text()
    report = (tmp_path / "report.html").read_text()
    for text in (summary, report):
        assert f"{eer * 100:.1f}" in text
        assert "Read this first." in text
        assert "source files tell nothing" in text
    assert (tmp_path / "cmc.csv").read_text() == "rank,share\n1,0.333333333\n2,NaN\n"


def test_the_copy_for_upload_names_nobody(results: Results, tmp_path: Path) -> None:
    results.write(tmp_path, PARAMS)
    assert "writer-03" in (tmp_path / "report.html").read_text()
    assert "writer-03" not in (tmp_path / "upload/report.html").read_text()
