"""The shipped model in MLflow: the SavedModel, with the code that answers for it."""

import warnings
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

from components.shared.tracking import read_back, served_model
from components.shared.tracking.mlflow_names import EVALUATION
from components.shared.tracking.run_tags import DESCRIPTION

REQUIREMENTS = ("tensorflow", "numpy")
METADATA = {"input": f"PNG or JPEG images: bytes, or base64, plain or as {served_model.FORM}"}
NO_EXAMPLE = "(?s).*An input example was not provided"
"""A warning of MLflow; the example of an image would be somebody's signature."""


def log(saved_model: Path, size: int, run_id: str, step: int) -> None:
    """Logs a SavedModel to a run, as `mlflow models serve` takes it; the run keeps its status.

    Args:
        saved_model: its folder.
        size: D, the length of an embedding.
        run_id: the run.
        step: a step of its own, after the curves of the training.

    Raises:
        ConnectionError: the store has taken the model, but does not have it.
    """
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    # Without inputs: MLflow's answer to those that do not fit them would repeat the images.
    signature = ModelSignature(outputs=Schema([TensorSpec(np.dtype(np.float32), (-1, size))]))
    client = mlflow.MlflowClient()
    status = client.get_run(run_id).info.status
    with mlflow.start_run(run_id=run_id), warnings.catch_warnings():
        warnings.filterwarnings("ignore", NO_EXAMPLE)
        logged = mlflow.pyfunc.log_model(
            name="embedder",
            loader_module=Path(served_model.__file__).stem,
            code_paths=[served_model.__file__],
            data_path=str(saved_model),
            signature=signature,
            metadata=METADATA,
            step=step,
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
        )
    client.update_run(run_id, status=status)  # start_run ended the run
    files = read_back.sizes(saved_model, f"data/{saved_model.name}")
    read_back.demand(
        lambda folder: client.list_logged_model_artifacts(logged.model_id, folder),
        {"MLmodel": None, **files},
    )
    _log_figures(client, run_id, logged.model_id)


def _log_figures(client: Any, run_id: str, model_id: str) -> None:
    """Logs the figures and the answer of the run's evaluation to a model of the run."""
    from mlflow.entities import Metric

    run = client.get_run(run_id)
    figures = []
    for name in run.data.metrics:
        if name.startswith(EVALUATION):
            last = client.get_metric_history(run_id, name)[-1]
            point = {"value": last.value, "timestamp": last.timestamp, "step": last.step}
            figures.append(Metric(name, **point, model_id=model_id, run_id=run_id))
    client.log_batch(run_id, metrics=figures)
    if DESCRIPTION in run.data.tags:
        client.set_logged_model_tags(model_id, {DESCRIPTION: run.data.tags[DESCRIPTION]})
