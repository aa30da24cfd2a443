"""One execution, one MLflow run: in a real store, with a real server that is down."""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from components.evaluate.params import EvaluateParams
from components.freeze.params import FreezeParams
from components.shared.relog import relog
from components.shared.runtime.errors import InputError
from components.shared.tracking import (
    code_version,
    mlflow_store,
    run_tags,
    step_runs,
    store_requests,
)
from components.shared.tracking.mlflow_store import EXPERIMENT
from components.shared.tracking.record import RECORD, Record
from components.shared.tracking.run import Run
from components.train.params import TrainParams


@pytest.fixture
def embedder(tmp_path: Path) -> Path:
    return folder(tmp_path / "embedder")


def folder(path: Path) -> Path:
    path.mkdir()
    return path


def trained(out: Path, params: TrainParams | None = None) -> str:
    with step_runs.train_run(params or TrainParams()) as run:
        run.log_curves({"train/loss": 0.5}, step=10)
        run.log_curves({"train/loss": 0.25}, step=20)
        run.write(out)
    assert run.run_id
    return run.run_id


def evaluated(embedder: Path, out: Path, **changed: Any) -> str:
    with step_runs.evaluation_run(Record.read(embedder), EvaluateParams(**changed)) as run:
        run.log_evaluation({"verification/skilled/refs_1/eer": 0.125})
        run.write(out)
    assert run.run_id
    return run.run_id


def runs(client: Any) -> list[Any]:
    experiment = client.get_experiment_by_name(EXPERIMENT)
    return list(client.search_runs([experiment.experiment_id]))


def test_train_evaluate_and_freeze_of_one_execution_share_one_run(
    client: Any, embedder: Path, tmp_path: Path
) -> None:
    evaluation = folder(tmp_path / "evaluation")
    run_id = trained(embedder)
    assert evaluated(embedder, evaluation) == run_id
    with step_runs.model_run(Record.read(evaluation), FreezeParams()) as run:
        assert run.run_id == run_id
    (only,) = runs(client)
    assert only.info.status == "FINISHED"
    assert {"train.mining", "evaluate.references", "freeze.tolerance"} <= set(only.data.params)
    assert only.data.metrics == {"train/loss": 0.25, "verify/eer_skilled": 0.125}
    assert [point.value for point in client.get_metric_history(run_id, "train/loss")] == [0.5, 0.25]


@pytest.mark.parametrize("earlier", [False, True], ids=["in train's run", "in one of its own"])
def test_an_evaluation_adds_no_point_to_the_curves_of_the_training(
    earlier: bool, client: Any, embedder: Path, tmp_path: Path
) -> None:
    eer = "val/verification/skilled/refs_1/eer"
    with step_runs.train_run(TrainParams()) as run:
        run.log_curves({"train/loss": 0.5, eer: 0.375}, step=20)
        run.write(embedder)
    if earlier:
        evaluated(embedder, folder(tmp_path / "earlier"))
    with step_runs.evaluation_run(Record.read(embedder), EvaluateParams()) as run:
        run.log_evaluation({eer: 0.25})
        run.write(folder(tmp_path / "evaluation"))
    points = {}
    for name in client.get_run(run.run_id).data.metrics:
        history = client.get_metric_history(run.run_id, name)
        points[name] = [(point.step, point.value) for point in history]
    assert points == {
        "train/loss": [(20, 0.5)],
        "val/eer_skilled": [(20, 0.375)],
        "verify/eer_val": [(0, 0.25)],
    }
    assert Record.read(tmp_path / "evaluation").step == 21


def test_an_evaluation_with_other_settings_opens_a_run_of_its_own_with_trains_record(
    client: Any, embedder: Path, tmp_path: Path
) -> None:
    first = trained(embedder, TrainParams(mining="hard"))
    assert evaluated(embedder, folder(tmp_path / "one")) == first
    second = evaluated(embedder, folder(tmp_path / "two"), references=3)
    assert second != first
    run = client.get_run(second)
    assert run.data.tags["train_run_id"] == first
    assert run.data.params["train.mining"] == "hard"
    assert run.data.params["evaluate.references"] == "3"
    assert run.data.metrics["train/loss"] == 0.25
    assert client.get_run(first).data.params["evaluate.references"] == "5"


def test_a_run_of_another_store_is_no_run_and_a_new_one_is_opened(
    client: Any, embedder: Path, tmp_path: Path
) -> None:
    (embedder / RECORD).write_text(
        '{"run_id": "0123456789abcdef0123456789abcdef", "params": {"train.seed": "7"}}'
    )
    run_id = evaluated(embedder, folder(tmp_path / "evaluation"))
    run = client.get_run(run_id)
    assert run.data.tags["train_run_id"] == "0123456789abcdef0123456789abcdef"
    assert run.data.params["train.seed"] == "7"


def test_a_run_that_the_backend_opened_is_adopted_and_left_open(
    client: Any, embedder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    adopted = client.create_run(client.create_experiment("of the backend")).info.run_id
    monkeypatch.setenv("MLFLOW_RUN_ID", adopted)
    assert trained(embedder) == adopted
    assert client.get_run(adopted).info.status == "RUNNING"


def test_every_task_adopts_the_run_that_the_backend_opened_for_it(
    client: Any, embedder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    experiment = client.create_experiment("of the backend")
    run_ids = [client.create_run(experiment).info.run_id for _ in range(3)]
    evaluation = folder(tmp_path / "evaluation")
    monkeypatch.setenv("MLFLOW_RUN_ID", run_ids[0])
    assert trained(embedder) == run_ids[0]
    monkeypatch.setenv("MLFLOW_RUN_ID", run_ids[1])
    assert evaluated(embedder, evaluation) == run_ids[1]
    monkeypatch.setenv("MLFLOW_RUN_ID", run_ids[2])
    with step_runs.model_run(Record.read(evaluation), FreezeParams()) as run:
        assert run.run_id == run_ids[2]
    of_evaluate = client.get_run(run_ids[1]).data
    assert of_evaluate.tags["train_run_id"] == run_ids[0]
    assert {"train.mining", "evaluate.references"} <= set(of_evaluate.params)
    assert [client.get_run(run_id).info.status for run_id in run_ids] == ["RUNNING"] * 3
    assert client.search_runs(["0"]) == []


def test_an_interrupted_training_goes_on_in_its_run(client: Any) -> None:
    with pytest.raises(KeyboardInterrupt), step_runs.train_run(TrainParams()) as run:
        raise KeyboardInterrupt
    assert client.get_run(run.run_id).info.status == "KILLED"
    with step_runs.train_run(TrainParams(), resume=run.run_id) as again:
        assert again.run_id == run.run_id
    assert client.get_run(run.run_id).info.status == "FINISHED"


def test_a_failure_is_a_failed_run(client: Any) -> None:
    with pytest.raises(RuntimeError), step_runs.train_run(TrainParams()) as run:
        raise RuntimeError
    assert client.get_run(run.run_id).info.status == "FAILED"


def test_the_parameters_that_made_the_data_come_from_dvc_lock(
    client: Any, embedder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "dvc.lock").write_text(
        "stages: {split: {params: {params.yaml: {split: {seed: 3, by: '2024', of: [a, null]}}}}}"
    )
    monkeypatch.setenv("DVC_STAGE", "train")
    run = client.get_run(trained(embedder))
    assert run.data.params["split.seed"] == "3"
    assert run.data.params["split.by"] == "'2024'"
    assert run.data.params["split.of"] == "[a, null]"


def test_a_run_says_who_started_it_and_from_which_commit(client: Any, embedder: Path) -> None:
    import getpass

    tags = client.get_run(trained(embedder)).data.tags
    assert tags["mlflow.user"] == getpass.getuser()
    assert tags["mlflow.source.name"] == "components.train"
    assert tags["mlflow.source.git.commit"] == code_version.git_revision()


def test_a_run_whose_process_was_killed_is_closed_by_the_next_one(
    client: Any, embedder: Path
) -> None:
    ended = subprocess.Popen(["true"])
    ended.wait()
    left = []
    for number in (ended.pid, os.getpid()):
        created = client.create_run(
            mlflow_store.experiment_id(client), tags={run_tags.PROCESS: run_tags.process(number)}
        )
        left.append(created.info.run_id)
    trained(embedder)
    statuses = [client.get_run(run_id).info.status for run_id in left]
    assert statuses == ["KILLED", "RUNNING"]


def test_the_successor_of_a_killed_training_goes_on_in_its_run_under_its_own_name(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(Run, "end", lambda *_: None)  # as kill -9
        with step_runs.train_run(TrainParams()) as killed:
            pass
    assert client.get_run(killed.run_id).info.status == "RUNNING"
    monkeypatch.setenv("DVC_EXP_NAME", "hard-mining")
    with step_runs.train_run(TrainParams(), resume=killed.run_id) as again:
        assert again.run_id == killed.run_id
        assert again.former_name == killed.record.name
    (only,) = runs(client)
    assert (only.info.status, only.info.run_name) == ("FINISHED", "hard-mining")


@pytest.fixture(params=["refuses", pytest.param("is silent", marks=pytest.mark.slow)])
def dead_server(request: pytest.FixtureRequest) -> Iterator[str]:
    """A port without an answer: closed, or one that accepts connections and stays silent."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        if request.param == "is silent":
            listener.listen()
            connections: list[socket.socket] = []
            threading.Thread(target=_accept, args=(listener, connections), daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"


def test_a_server_that_sends_a_byte_now_and_then_is_given_up_as_a_whole(
    client: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No wait for it is ever long; it goes on until the run has been opened without it."""
    import mlflow

    opened = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_dribble, args=(listener, opened), daemon=True).start()
        uri = f"http://127.0.0.1:{listener.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", uri)
        mlflow.set_tracking_uri(uri)
        monkeypatch.setattr(store_requests, "SECONDS", 0.5)
        with step_runs.train_run(TrainParams(), data_params={}) as run:
            assert run.run_id is None
    opened.set()
    assert "cannot be used (no answer for 0.5 s)" in caplog.text


def _dribble(listener: socket.socket, until: threading.Event) -> None:
    with listener.accept()[0] as connection:
        connection.send(b"HTTP/1.1 200 OK\r\nX-Long: ")
        while not until.wait(0.05):
            connection.send(b"x")


def _accept(listener: socket.socket, connections: list[socket.socket]) -> None:
    while True:
        try:
            connections.append(listener.accept()[0])
        except OSError:
            return


def test_a_store_that_is_down_costs_one_warning_and_ten_seconds_at_most_and_can_be_logged_later(
    dead_server: str,
    client: Any,
    embedder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    import mlflow

    store = mlflow.get_tracking_uri()
    monkeypatch.setenv("MLFLOW_TRACKING_URI", dead_server)
    mlflow.set_tracking_uri(dead_server)
    start = time.monotonic()
    with step_runs.train_run(TrainParams(mining="hard")) as run:
        run.log_curves({"train/loss": 0.5}, step=10)
        run.write(embedder)
    assert time.monotonic() - start < 10
    assert [
        record.levelname for record in caplog.records if "tracking store" in record.message
    ] == ["WARNING"]
    assert Record.read(embedder).run_id is None

    with step_runs.evaluation_run(Record.read(embedder), EvaluateParams()) as again:
        assert again.run_id is None

    monkeypatch.setenv("MLFLOW_TRACKING_URI", store)
    mlflow.set_tracking_uri(store)
    (embedder / "history.csv").write_text("step,train/loss\n10,0.5\n20,0.25\n")
    logged = client.get_run(relog([embedder]))
    assert logged.data.params["train.mining"] == "hard"
    assert logged.data.metrics == {"train/loss": 0.25}


def test_a_run_after_the_experiment_was_deleted_says_so_and_is_logged_after_the_restoration(
    client: Any, embedder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    trained(embedder)
    experiment = client.get_experiment_by_name(EXPERIMENT).experiment_id
    client.delete_experiment(experiment)
    with step_runs.train_run(TrainParams(seed=7)) as run:
        run.write(embedder)
    assert run.run_id is None
    (warning,) = [record.message for record in caplog.records if "tracking" in record.message]
    assert f"(id {experiment}) is deleted: restore it" in warning
    with pytest.raises(InputError, match=r"is deleted: restore it"):
        relog([embedder])
    client.restore_experiment(experiment)
    assert client.get_run(relog([embedder])).data.params["train.seed"] == "7"
