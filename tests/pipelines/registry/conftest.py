"""Bundles whose models stand in a real tracking store."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from components.shared.tracking import mlflow_store
from components.shared.tracking.record import Record
from tests.bundles import write_bundle


@pytest.fixture
def freeze(tmp_path: Path, client: Any) -> Callable[[str], Path]:
    """A maker of bundles as freeze leaves them, each with a model in the run of a real store."""
    experiment = mlflow_store.experiment_id(client)

    def made(name: str, logged: bool = True) -> Path:
        from mlflow.entities import LoggedModelOutput

        run = client.create_run(experiment).info.run_id
        if logged:
            model = client.create_logged_model(experiment, "embedder", run)
            client.log_outputs(run, [LoggedModelOutput(model.model_id, 0)])
        folder = tmp_path / name
        Record(run_id=run).write(write_bundle(folder, name=name))
        return folder

    return made
