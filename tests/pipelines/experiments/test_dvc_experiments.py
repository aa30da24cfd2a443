"""DVC experiments: their options, environment and files."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from components.shared.runtime.errors import InputError
from components.shared.tracking.record import yaml_text
from pipelines.experiments import dvc_experiments

DEFAULTS = "ingest:\n  source: sample\ntrain:\n  steps: 3\n"


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository of DVC whose one stage writes an evaluation with the parameter's value."""
    root = tmp_path_factory.mktemp("repository")
    stage = {
        "cmd": "python evaluate.py",
        "params": ["train.steps", "ingest.source"],
        "outs": [{"reports/evaluation": {"cache": False}}],
    }
    (root / "dvc.yaml").write_text(json.dumps({"stages": {"evaluate": stage}}))
    (root / "params.yaml").write_text(DEFAULTS)
    (root / "evaluate.py").write_text(
        "import json, pathlib, yaml\n"
        "params = yaml.safe_load(pathlib.Path('params.yaml').read_text('utf-8'))\n"
        "steps = params['train']['steps']\n"
        "assert steps < 9\n"
        "folder = pathlib.Path('reports/evaluation')\n"
        "folder.mkdir(parents=True)\n"
        "metrics = {'val': {'eer': steps / 10}}\n"
        "(folder / 'metrics.json').write_text(json.dumps(metrics))\n"
        "(folder / 'source.txt').write_text(params['ingest']['source'], 'utf-8')\n"
    )
    for command in (
        "git init -q",
        "git config user.name nobody",
        "git config user.email nobody@localhost",
        f"{sys.executable} -m dvc init -q",
        "git add -A",
        "git commit -qm start",
    ):
        subprocess.run(command.split(), cwd=root, check=True)
    return root


def test_an_experiment_runs_in_a_copy_and_its_files_are_read_by_its_name(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dvc_experiments, "ROOT", repository)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    source = "../é, 签 (2)='$x' \"${HOME}\" {[\\"
    assignments = ["train.steps=5", f"ingest.source={yaml_text(source)}"]
    name = dvc_experiments.run(f"steps=5, {source}", assignments, until="evaluate")
    assert name.startswith("steps-5-é-签-2-x-HOME-")
    assert dvc_experiments.read_metrics(name) == {"val/eer": 0.5}
    assert dvc_experiments.read_file(name, "reports/evaluation/source.txt").decode() == source
    assert not (repository / "reports").exists()
    assert (repository / "params.yaml").read_text() == DEFAULTS
    with pytest.raises(InputError, match=r"experiment too-many-[0-9a-f]{6} failed"):
        dvc_experiments.run("too many", ["train.steps=9"])


def test_a_lock_that_a_killed_dvc_left_empty_keeps_no_experiment_from_running(
    repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dvc_experiments, "ROOT", repository)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}:/usr/bin:/bin")
    (repository / ".dvc/tmp/rwlock").write_text("")
    name = dvc_experiments.run("after a kill", ["train.steps=6"])
    assert dvc_experiments.read_metrics(name) == {"val/eer": 0.6}


def test_options_set_one_parameter_each() -> None:
    assert dvc_experiments.set_options(["a.b=1", "c.d=(x)"]) == ["-S", "a.b=1", "-S", "c.d='(x)'"]
    assert dvc_experiments.set_options([]) == []


def test_folders_of_the_environment_reach_an_experiment_by_their_full_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CEDAR_DIR", "data/cedar")
    monkeypatch.setenv("CHECKPOINT_DIR", "s3://bucket/checkpoints")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///runs/mlflow.db")
    monkeypatch.delenv("TENSORBOARD_DIR", raising=False)
    environment = dvc_experiments._environment()
    assert environment["CEDAR_DIR"] == str(tmp_path / "data/cedar")
    assert environment["CHECKPOINT_DIR"] == "s3://bucket/checkpoints"
    assert environment["MLFLOW_TRACKING_URI"] == f"sqlite:///{tmp_path}/runs/mlflow.db"
    assert "TENSORBOARD_DIR" not in environment
