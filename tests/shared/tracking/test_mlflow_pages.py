"""The addresses of MLflow's pages."""

from typing import Any

import pytest

from components.shared.tracking import mlflow_pages, mlflow_store


def test_the_runs_of_the_experiment_are_opened_in_the_view_of_trainings(
    client: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    mlflow_pages.main(["http://anna:secret@127.0.0.1:5000/"])
    experiment = mlflow_store.experiment_id(client)
    assert capsys.readouterr().out == (
        f"http://127.0.0.1:5000/#/experiments/{experiment}/runs?workflowType=machine_learning\n"
    )


def test_the_experiment_says_what_it_is_and_opens_as_one_of_trainings(client: Any) -> None:
    experiment = client.get_experiment(mlflow_store.experiment_id(client))
    assert experiment.tags["mlflow.note.content"].startswith("Trainings and evaluations")
    assert experiment.tags["mlflow.experimentKind"] == "custom_model_development"


def test_an_experiment_that_was_made_before_is_described_and_a_text_of_a_user_stays(
    client: Any,
) -> None:
    old = client.create_experiment(mlflow_store.EXPERIMENT)
    mlflow_store.experiment_id(client)
    assert "mlflow.note.content" in client.get_experiment(old).tags
    client.set_experiment_tag(old, "mlflow.note.content", "mine")
    mlflow_store.experiment_id(client)
    assert client.get_experiment(old).tags["mlflow.note.content"] == "mine"


def test_a_store_that_is_down_is_bad_input(monkeypatch: pytest.MonkeyPatch, client: Any) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "0")
    with pytest.raises(SystemExit) as error:
        mlflow_pages.main(["http://127.0.0.1:9"])
    assert error.value.code == 2
