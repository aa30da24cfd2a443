"""Cross-validation: the settings of its folds, and the files that it writes of their results."""

import io
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from components.shared.runtime.errors import InputError
from components.shared.verification import metrics_file
from pipelines.experiments import crossval, dvc_experiments

SKILLED = "verification/skilled/refs_1"
ROOT = Path(__file__).parents[3]


def test_every_fold_is_tested_once_with_the_same_settings() -> None:
    common = ["train.steps=1", "evaluate.part=test", "split.folds=3"]
    assert crossval._settings(3, ["train.steps=1"]) == [
        [*common, "split.fold=0"],
        [*common, "split.fold=1"],
        [*common, "split.fold=2"],
    ]


@pytest.mark.parametrize(
    ("folds", "assignments", "message"),
    [
        (1, [], "at least 2 are needed"),
        (2, ["split.folds=5"], "every fold is run"),
        (2, ["split.fold=0"], "every fold is run"),
    ],
)
def test_settings_that_name_folds_are_refused(
    folds: int, assignments: list[str], message: str
) -> None:
    with pytest.raises(InputError, match=message):
        crossval._settings(folds, assignments)


def test_the_folds_are_pooled_and_the_pool_is_written_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, client: Any
) -> None:
    def content(experiment: str, path: str) -> bytes:
        identity = experiment[-1]
        rows = [(identity, "genuine", 1, 1.0 + int(identity)), (identity, "skilled", 1, 2.0)]
        scores = pd.DataFrame(rows, columns=["identity", "kind", "references", "distance"])
        file = io.BytesIO()
        scores.assign(probe=identity).to_parquet(file)
        contents = {
            "scores.parquet": file.getvalue(),
            "metrics.json": f'{{"{SKILLED}/eer": 0.{identity}, "{SKILLED}/n_pairs": 2}}'.encode(),
            "mlflow_run.json": b'{"run_id": null, "params": {}}',
        }
        return contents[Path(path).name]

    # DVC's experiments are run by tests/e2e; here their results are two comparisons each.
    monkeypatch.setattr(dvc_experiments, "PARAMS", ROOT / "params.yaml")
    monkeypatch.setattr(dvc_experiments, "run", lambda label, *_, **__: label)
    monkeypatch.setattr(dvc_experiments, "read_file", content)
    summary = crossval.crossval(2, [], tmp_path / "out")
    files = {path.name for path in (tmp_path / "out").iterdir()}
    assert files == {"metrics.json", "roc.csv", "roc.png", "summary.txt"}
    metrics = metrics_file.read(tmp_path / "out")
    assert (metrics[f"{SKILLED}/n_identities"], metrics[f"{SKILLED}/n_pairs"]) == (2, 4)
    assert metrics[f"{SKILLED}/eer_mean"] == pytest.approx(0.05)
    assert (tmp_path / "out" / "summary.txt").read_text() == f"{summary}\n"
