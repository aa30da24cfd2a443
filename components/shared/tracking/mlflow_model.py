"""The shipped model as MLflow serves it: encoded image bytes in, embeddings out."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

REQUIREMENTS = ("tensorflow", "keras", "numpy")


def load(saved_model: Path) -> Any:
    """Loads a SavedModel as a tf.Module, encoded images string [N] → embeddings float32 [N, D]."""
    import tensorflow as tf

    class Served(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.loaded = tf.saved_model.load(str(saved_model))
            self.serve = self.loaded.signatures["serving_default"]

        @tf.function(  # type: ignore[untyped-decorator]
            input_signature=[tf.TensorSpec([None], tf.string)]
        )
        def __call__(self, images: Any) -> Any:
            return self.serve(images=images)["embeddings"]

    return Served()


def log(module: Any, size: int, run_id: str, step: int) -> None:
    """Logs a module to a run with MLflow's TensorFlow flavour; the run keeps its status.

    Args:
        module: as `load` returns it.
        size: D, the length of an embedding.
        run_id: the run.
        step: of the run's metrics that the model carries.
    """
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    # MLflow's type for bytes is object, and only an unnamed specification is passed to the single
    # argument of a module.
    signature = ModelSignature(
        inputs=Schema([TensorSpec(np.dtype(object), (-1,))]),
        outputs=Schema([TensorSpec(np.dtype(np.float32), (-1, size))]),
    )
    client = mlflow.MlflowClient()
    status = client.get_run(run_id).info.status
    with mlflow.start_run(run_id=run_id):
        mlflow.tensorflow.log_model(
            module,
            name="embedder",
            signature=signature,
            step=step,
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
        )
    client.update_run(run_id, status=status)  # start_run ended the run
