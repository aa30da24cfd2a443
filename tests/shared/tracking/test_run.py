"""A run with a store and without one."""

import os
from pathlib import Path
from typing import Any

import pytest

from components.shared.tracking import mlflow_store
from components.shared.tracking.record import Record
from components.shared.tracking.run import Run, first_line, upload_timeout


@pytest.fixture
def run(client: Any) -> Run:
    created = client.create_run(mlflow_store.experiment_id(client))
    return Run(client, created.info.run_id, logged={"train.seed": "0"})


def test_a_run_without_a_store_leaves_what_it_was_told_without_an_id(tmp_path: Path) -> None:
    run = Run(None, None)
    run.log_metrics({"eer": 0.25, "auc": float("nan")}, step=3)
    run.write(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["mlflow_run.json"]
    assert Record.read(tmp_path) == Record(step=3, metrics={"eer": 0.25})


def test_a_parameter_that_the_run_has_is_not_logged_again(client: Any, run: Run) -> None:
    run.log_params({"train.seed": "1", "train.margin": "soft"})
    run.log_params({"train.margin": "hard"})
    assert client.get_run(run.run_id).data.params == {"train.margin": "soft"}
    assert run.record.params == {"train.seed": "1", "train.margin": "hard"}


def test_a_metric_without_a_step_is_of_the_last_one(client: Any, run: Run) -> None:
    run.log_metrics({"loss": 0.5}, step=7)
    run.log_metrics({"eer": 0.25})
    (point,) = client.get_metric_history(run.run_id, "eer")
    assert (point.step, point.value) == (7, 0.25)


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


def test_an_error_without_a_text_is_told_by_its_kind() -> None:
    assert first_line(TimeoutError()) == "TimeoutError"
    assert first_line(ValueError("x" * 300 + "\nmore")) == "x" * 200


@pytest.mark.parametrize("before", [None, "4"])
def test_an_upload_has_more_time_and_only_an_upload(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv(name, before)
    with upload_timeout():
        assert os.environ[name] == "120"
    assert os.environ.get(name) == before
