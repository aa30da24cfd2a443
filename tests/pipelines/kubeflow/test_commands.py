"""`compile` and `run`: the files that they write and the lines that they print."""

from pathlib import Path

import pytest
import yaml

from pipelines.__main__ import main
from pipelines.kubeflow import local_runner
from tests.pipelines.kubeflow.compiled import CLUSTER, IMAGE, PARAMS

FILES = ["--params", str(PARAMS), "--image", IMAGE]


def test_compile_writes_below_build_and_names_the_file_and_the_image(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["compile", "retrain", *FILES, "--cluster", str(CLUSTER)])
    assert capsys.readouterr().out == f"build/retrain.yaml: tasks run in {IMAGE}\n"
    written = next(yaml.safe_load_all((tmp_path / "build/retrain.yaml").read_text()))
    assert written["pipelineInfo"]["name"] == "signature-retraining"


def test_run_ends_with_1_and_one_line_where_a_task_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*_: object) -> None:
        raise local_runner.TaskError("task 'train' failed; what it said stands above")

    monkeypatch.setattr(local_runner, "run", run)
    with pytest.raises(SystemExit) as stop:
        main(["run", *FILES, "--root", str(tmp_path)])
    assert stop.value.code == 1
    line = "error: task 'train' failed; what it said stands above\n"
    assert capsys.readouterr().err == line
