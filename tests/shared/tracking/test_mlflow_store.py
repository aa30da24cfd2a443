"""The MLflow store: its place, the experiment, and the runs that can be continued."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from components.shared.runtime.errors import InputError
from components.shared.tracking import mlflow_store
from components.shared.tracking.store_requests import first_line

TEN_FIRST_RUNS = """
import os, sys
import mlflow
from components.shared.tracking import step_runs
from components.train.params import TrainParams

children = []
for number in range(10):
    child = os.fork()
    if child == 0:
        with step_runs.train_run(TrainParams(seed=number)) as run:
            run.log_curves({"train/loss": number / 10}, step=20)
        os._exit(0 if run.run_id else 1)
    children.append(child)
sys.exit(sum(os.waitpid(child, 0)[1] != 0 for child in children))
"""


def test_artifacts_of_the_embedded_store_lie_beside_it_wherever_the_step_runs(
    empty_store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = tmp_path / "project"
    (project / "mlruns").mkdir(parents=True)
    (tmp_path / "copy").mkdir()
    shutil.copyfile(empty_store, project / "mlruns" / "mlflow.db")
    monkeypatch.setattr(mlflow_store, "project_root", lambda: project)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "")
    monkeypatch.chdir(tmp_path / "copy")
    client = mlflow_store.connect()
    experiment = client.get_experiment(mlflow_store.experiment_id(client))
    assert experiment.artifact_location == (project / "mlruns" / "artifacts").as_uri()


@pytest.mark.parametrize(
    ("uri", "embedded"),
    [
        ("sqlite:///mlruns/mlflow.db", True),
        ("sqlite:///mlruns/../mlruns/mlflow.db?timeout=20", True),
        ("sqlite:///other.db", False),
        ("http://127.0.0.1:5000", False),
    ],
)
def test_the_embedded_store_is_known_however_its_path_is_written(
    uri: str, embedded: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mlflow_store, "project_root", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    assert mlflow_store.is_embedded(uri) is embedded


def test_the_experiment_is_created_once_and_then_looked_up(client: Any) -> None:
    created = mlflow_store.experiment_id(client)
    assert client.get_experiment(created).name == "signature-recognition"
    assert mlflow_store.experiment_id(client) == created


def test_the_environment_names_the_experiment_its_id_before_its_name(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_EXPERIMENT_NAME", "signatures of the bank")
    named = mlflow_store.experiment_id(client)
    assert client.get_experiment(named).name == "signatures of the bank"
    monkeypatch.setenv("MLFLOW_EXPERIMENT_ID", "17")
    assert mlflow_store.experiment_id(client) == "17"


def test_an_experiment_that_another_process_creates_meanwhile_is_taken(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    created = mlflow_store.experiment_id(client)
    look_up = client.get_experiment_by_name
    answers = iter([None])
    monkeypatch.setattr(client, "get_experiment_by_name", lambda name: next(answers, look_up(name)))
    assert mlflow_store.experiment_id(client) == created


def test_a_deleted_experiment_is_named_with_the_way_out(client: Any) -> None:
    created = mlflow_store.experiment_id(client)
    client.delete_experiment(created)
    with pytest.raises(InputError) as raised:
        mlflow_store.experiment_id(client)
    assert first_line(raised.value) == (
        f"experiment 'signature-recognition' (id {created}) is deleted: restore it, or name "
        "another in MLFLOW_EXPERIMENT_NAME"
    )
    client.restore_experiment(created)
    assert mlflow_store.experiment_id(client) == created


def test_only_a_run_that_is_there_and_not_deleted_is_active(client: Any) -> None:
    run_id = client.create_run(mlflow_store.experiment_id(client)).info.run_id
    assert mlflow_store.active_run(client, run_id).info.run_id == run_id
    client.delete_run(run_id)
    assert mlflow_store.active_run(client, run_id) is None
    assert mlflow_store.active_run(client, "0123456789abcdef0123456789abcdef") is None
    assert mlflow_store.active_run(client, None) is None


@pytest.mark.slow
def test_a_first_command_that_is_killed_while_it_makes_the_store_leaves_none_half_made(
    tmp_path: Path,
) -> None:
    code = "from components.shared.tracking import mlflow_store; mlflow_store.connect()"
    command = [sys.executable, "-c", code]
    environment = os.environ | {
        "MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/mlflow.db",
        "TMPDIR": str(tmp_path),
    }

    def bytes_of_tables() -> int:
        return sum(path.stat().st_size for path in tmp_path.rglob("*.db"))

    with subprocess.Popen(command, env=environment) as process:
        while bytes_of_tables() < 100_000:  # a tenth of them
            assert process.poll() is None
            time.sleep(0.001)
        process.kill()
    assert not (tmp_path / "mlflow.db").exists()
    subprocess.run(command, env=environment, check=True)
    assert (tmp_path / "mlflow.db").is_file()


@pytest.mark.slow
def test_ten_first_runs_at_once_are_all_in_the_fresh_store(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = f"sqlite:///{tmp_path}/fresh/mlflow.db"
    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    runs = subprocess.run(
        [sys.executable, "-c", TEN_FIRST_RUNS],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert runs.returncode == 0, runs.stderr
    import mlflow

    client = mlflow.MlflowClient(store)
    experiment = client.get_experiment_by_name(mlflow_store.EXPERIMENT)
    logged = client.search_runs([experiment.experiment_id])
    assert sorted(int(run.data.params["train.seed"]) for run in logged) == list(range(10))
    assert {run.info.status for run in logged} == {"FINISHED"}
    for run in logged:
        assert run.data.metrics == {"train/loss": int(run.data.params["train.seed"]) / 10}
