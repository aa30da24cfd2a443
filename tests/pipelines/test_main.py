"""`python -m pipelines` as a user types it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from pipelines.__main__ import main

ROOT = Path(__file__).parents[2]


def pipelines(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [sys.executable, "-m", "pipelines", *arguments]
    return subprocess.run(
        command,
        cwd=ROOT,
        env={**inherited, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "arguments",
    [
        ["compile"],
        ["run"],
        ["compare"],
        ["crossval"],
        ["unlock"],
        ["promote"],
        ["deploy"],
        ["submit"],
        ["retry"],
        ["schedule", "create"],
    ],
    ids=lambda arguments: arguments[-1],
)
def test_help_answers_at_once_and_gives_an_example(arguments: list[str]) -> None:
    done = pipelines(*arguments, "--help", PYTHONPROFILEIMPORTTIME="1")
    assert done.returncode == 0
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert "argparse" in imported
    assert not imported & {"kfp", "tensorflow", "keras", "mlflow", "dvc", "pandas"}
    assert f"example:\n  python -m pipelines {' '.join(arguments)} " in done.stdout


@pytest.mark.parametrize(
    "arguments",
    [["run"], ["compare", "train.mining=hard,all"], ["crossval"], ["promote"]],
    ids=lambda arguments: arguments[0],
)
def test_commands_that_run_steps_can_be_quiet(
    arguments: list[str], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROGRESS", "")
    with pytest.raises(SystemExit):
        main([*arguments, "--quiet", "-S", "train.stepz=1"])
    assert "unknown parameter train.stepz" in capsys.readouterr().err
    assert os.environ["PROGRESS"] == "quiet"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["check", "-S", "train.stepz=1"], "unknown parameter train.stepz"),
        (
            ["check", "-S", "train.augment.hue=0.1", "-S", "split.val=1"],
            "; train.augment.hue is 0.1",
        ),
        (["compile", "-S", "train.stepz=1"], "unknown parameter train.stepz"),
        (["run", "-S", "train.stepz=1"], "unknown parameter train.stepz"),
        (["compare", "train.mining=hard,hrad"], "train.mining is 'hrad'"),
        (["compare", "train.mining"], "write <section>.<parameter>=<value>,<value>"),
        (["crossval", "--folds", "1"], "at least 2 are needed"),
        (["crossval", "-S", "split.fold=1"], "every fold is run"),
        (["crossval", "-S", "train.stepz=1"], "unknown parameter train.stepz"),
        (["run", "--params", "nowhere.yaml"], "nowhere.yaml: no such file"),
        (["compile", "--out", "pipeline.json"], "must end with .yaml"),
        (
            ["compile", "-S", "cluster.train.memroy=1Gi"],
            "cluster.train.memroy (did you mean 'memory'?)",
        ),
        (["compile", "singature"], "unknown pipeline 'singature'"),
        (
            ["compile", "--cluster", "nowhere.yaml"],
            "nowhere.yaml: no such file; run from the project",
        ),
        (
            ["compile", "--grid", "train.mining=hard,all", "compare"],
            "--grid is an option of 'compare', not of 'signa",
        ),
        (["run", "--model", "signatures"], "--model is an option of 'retrain'"),
        (["compile", "retrain", "--model", "models/signatures"], "has no '/'"),
        (["compile", "compare", "--grid", "train.mining=hard,hrad"], "train.mining is 'hrad'"),
        (["compile", "compare", "--grid", "train.mining=hard"], "there is nothing to compare"),
        (["run", "compare", "--grid", "preprocess.height=32,64"], "sections: split, train"),
        (["run", "retrian"], "unknown pipeline 'retrian'"),
        (["deploy", "k8s"], "k8s: cannot be read"),
    ],
)
def test_bad_arguments_are_one_line_and_exit_code_2(
    arguments: list[str],
    message: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    for name in ("params.yaml", "cluster.yaml"):
        shutil.copy(ROOT / name, tmp_path)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: ")
    assert message in line
    assert sorted(path.name for path in tmp_path.iterdir()) == ["cluster.yaml", "params.yaml"]


def test_a_task_that_refuses_its_input_is_named_with_its_reason(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    done = pipelines(
        "run", "--root", str(tmp_path / "root"), "-S", f"ingest.source={tmp_path / 'empty'}"
    )
    assert done.returncode == 2, done.stdout
    (line,) = done.stderr.splitlines()
    assert line.startswith("error: task 'fingerprint' failed: ")
    assert str(tmp_path / "empty") in line


@pytest.mark.slow
def test_a_task_that_breaks_is_named_and_its_traceback_stands_above(tmp_path: Path) -> None:
    (tmp_path / "cv2.py").write_text("raise RuntimeError('this OpenCV is broken')\n")
    done = pipelines("run", "--root", str(tmp_path / "root"), PYTHONPATH=str(tmp_path))
    assert done.returncode == 1
    assert done.stderr == "error: task 'fingerprint' failed; what it said stands above\n"
    assert "RuntimeError: this OpenCV is broken" in done.stdout
    assert "\x1b[" not in done.stdout  # which is no terminal
