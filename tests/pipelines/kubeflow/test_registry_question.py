"""The registry asked at submit: what can be known from here, and what is left to the first task."""

import os
import socket
from pathlib import Path
from typing import Any

import pytest

from pipelines.kubeflow import registry_question
from pipelines.kubeflow.cluster import LOCAL
from pipelines.registry.mlflow_registry import LostBundleError


def test_a_champion_that_nothing_can_be_compared_with_is_refused(
    client: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    uri = os.environ["MLFLOW_TRACKING_URI"]
    run = client.create_run(client.create_experiment("tried")).info.run_id
    client.create_registered_model("signatures")
    client.create_model_version("signatures", "nowhere", run)
    client.set_registered_model_alias("signatures", "champion", "1")
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:////nowhere/mlflow.db")
    cluster = LOCAL.model_copy(update={"environment": {"MLFLOW_TRACKING_URI": uri}})
    with pytest.raises(LostBundleError):
        registry_question.ask("signatures", cluster)
    assert os.environ["MLFLOW_TRACKING_URI"] == "sqlite:////nowhere/mlflow.db"


def test_a_store_that_is_unknown_here_is_left_to_the_first_task(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    registry_question.ask("signatures", LOCAL)
    assert "neither in cluster.environment nor in cluster.secret_keys" in capsys.readouterr().err
    pods = {"MLFLOW_TRACKING_URI": f"sqlite:///{tmp_path}/nowhere/mlflow.db"}
    registry_question.ask("signatures", LOCAL.model_copy(update={"environment": pods}))
    assert list(tmp_path.iterdir()) == []
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    silent = {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{port}"}
    registry_question.ask("signatures", LOCAL.model_copy(update={"environment": silent}))
    said = capsys.readouterr().err
    assert "cannot be used" in said
    assert said.endswith("the run's first task asks the registry\n")
    assert "MLFLOW_TRACKING_URI" not in os.environ
