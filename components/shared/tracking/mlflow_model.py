"""The shipped model as MLflow serves it: encoded image bytes in, embeddings out."""

from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np

REQUIREMENTS = ("tensorflow", "keras", "numpy")


def load(saved_model: Path) -> Any:
    """The SavedModel in a folder, as a tf.Module from string [N] to float32 [N, D]."""
    import tensorflow as tf

    class Served(tf.Module):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.loaded = tf.saved_model.load(str(saved_model))
            self.serve = self.loaded.signatures["serving_default"]

        @tf.function(input_signature=[tf.TensorSpec([None], tf.string)])  # type: ignore[untyped-decorator]
        def __call__(self, images: Any) -> Any:
            return self.serve(images=images)["embeddings"]

    return Served()


def log(module: Any, size: int, run_id: str) -> None:
    """Logs the module to a run with MLflow's TensorFlow flavour, and leaves the run's status as it
    was.

    Args:
        module: of `load`.
        size: D, of the embeddings.
        run_id: the run.
    """
    import mlflow
    from mlflow.models import ModelSignature
    from mlflow.types import Schema, TensorSpec

    # MLflow knows bytes only as objects, and only an unnamed specification reaches a module's
    # single argument.
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
            pip_requirements=[f"{name}=={version(name)}" for name in REQUIREMENTS],
        )
    client.update_run(run_id, status=status)
