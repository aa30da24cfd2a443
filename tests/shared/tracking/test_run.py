"""A run with a store and without one."""

import json
from pathlib import Path
from typing import Any

import pytest

from components.shared.tracking import mlflow_store
from components.shared.tracking.data_set import DataSet
from components.shared.tracking.record import Record
from components.shared.tracking.run import Run


@pytest.fixture
def run(client: Any) -> Run:
    created = client.create_run(mlflow_store.experiment_id(client))
    return Run(client, created.info.run_id, logged={"train.seed": "0"})


def test_a_run_without_a_store_leaves_what_it_was_told_without_an_id(tmp_path: Path) -> None:
    run = Run(None, None)
    run.log_curves({"train/loss": 0.25, "train/l2": float("nan")}, step=3)
    run.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow_run.json"]
    assert Record.read(tmp_path) == Record(step=3, metrics={"train/loss": 0.25})


def test_a_parameter_that_the_run_has_is_not_logged_again(client: Any, run: Run) -> None:
    run.log_params({"train.seed": "1", "train.margin": "soft"})
    run.log_params({"train.margin": "hard"})
    assert client.get_run(run.run_id).data.params == {"train.margin": "soft"}
    assert run.record.params == {"train.seed": "1", "train.margin": "hard"}


def test_an_evaluation_is_a_few_metrics_of_step_0_and_a_table_of_all(client: Any, run: Run) -> None:
    group = "verification/skilled/refs_1"
    metrics = {
        f"{group}/eer": 0.25,
        f"{group}/eer_ci_low": 0.125,
        f"{group}/eer_ci_high": 0.5,
        f"{group}/auc": 0.875,
        f"{group}/n_identities": 9.0,
        f"{group}/n_pairs": 90.0,
        "floor/hog/skilled/refs_1/eer": 0.375,
    }
    run.log_curves({"train/loss": 0.5}, step=7)
    for _ in range(2):
        run.log_evaluation(metrics)
    names = ["train/loss", "verify/eer_skilled", "verify/floor_hog"]
    assert sorted(client.get_run(run.run_id).data.metrics) == names
    points = client.get_metric_history(run.run_id, "verify/eer_skilled")
    assert {(point.step, point.value) for point in points} == {(0, 0.25)}
    table = client.load_table(
        mlflow_store.experiment_id(client), "evaluation/figures.json", [str(run.run_id)]
    )
    assert table.loc[0].to_dict() == {
        "figure": f"{group}/eer",
        "value": 0.25,
        "low": 0.125,
        "high": 0.5,
        "identities": 9,
        "comparisons": 90,
    }
    assert list(table["figure"]) == [f"{group}/eer", f"{group}/auc", "floor/hog/skilled/refs_1/eer"]
    assert run.record.metrics == {"train/loss": 0.5, **metrics}


def test_a_data_set_is_listed_by_its_name_and_revision(client: Any, run: Run) -> None:
    run.log_dataset(DataSet("signatures", "0123abc", "s3://scans/signatures.zip"), "training")
    (used,) = client.get_run(run.run_id).inputs.dataset_inputs
    assert (used.dataset.name, used.dataset.digest) == ("signatures", "0123abc")
    assert json.loads(used.dataset.source) == {"uri": "s3://scans/signatures.zip"}


def test_a_folder_is_logged_with_all_its_files(client: Any, run: Run, tmp_path: Path) -> None:
    (tmp_path / "report").mkdir()
    for name in ("a.txt", "b.txt"):
        (tmp_path / "report" / name).write_text(name)
    run.log_artifacts(tmp_path / "report", "folder")
    run.log_artifacts(tmp_path / "report" / "a.txt", "file")
    for folder, paths in {
        "folder": ["folder/a.txt", "folder/b.txt"],
        "file": ["file/a.txt"],
    }.items():
        assert [item.path for item in client.list_artifacts(run.run_id, folder)] == paths


def test_a_run_that_another_process_opened_is_not_ended(client: Any, run: Run) -> None:
    run.keep_open = True
    run.end("FINISHED")
    assert client.get_run(run.run_id).info.status == "RUNNING"
    run.keep_open = False
    run.end("FAILED")
    assert client.get_run(run.run_id).info.status == "FAILED"


def test_the_first_failure_of_the_store_is_the_only_warning(
    run: Run, caplog: pytest.LogCaptureFixture
) -> None:
    run.disconnect(ConnectionError("http://anna:secret@host/ does not answer\nmore"))
    run.set_tags({"stage": "train"})
    (warning,) = caplog.records
    assert "(http://host/ does not answer)" in warning.getMessage()
    assert "secret" not in warning.getMessage()
    assert (run.run_id, run.record.run_id, run.record.tags) == (None, None, {"stage": "train"})
