"""The shipped model as MLflow serves it: encoded image bytes in, embeddings out."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.shared.tracking import mlflow_model, mlflow_store


@pytest.fixture
def saved_model(tmp_path: Path) -> Path:
    """A SavedModel whose embedding of an image is its length in bytes, twice."""
    import tensorflow as tf

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        lengths = tf.cast(tf.strings.length(images), tf.float32)
        return {"embeddings": tf.stack([lengths, lengths], axis=1)}

    module = tf.Module()
    signature = [tf.TensorSpec([None], tf.string, name="images")]
    module.serve = tf.function(serve, input_signature=signature)
    signatures = {"serving_default": module.serve.get_concrete_function()}
    tf.saved_model.save(module, str(tmp_path / "saved_model"), signatures=signatures)
    return tmp_path / "saved_model"


def test_a_loaded_model_embeds_a_batch_of_bytes(saved_model: Path) -> None:
    embeddings = mlflow_model.load(saved_model)([b"abc", b"", b"a"])
    np.testing.assert_array_equal(embeddings.numpy(), [[3, 3], [0, 0], [1, 1]])


def test_a_logged_model_has_its_signature_and_leaves_the_run_running(
    saved_model: Path, client: Any
) -> None:
    run_id = client.create_run(mlflow_store.experiment_id(client)).info.run_id
    mlflow_model.log(mlflow_model.load(saved_model), 2, run_id, step=0)
    run = client.get_run(run_id)
    assert run.info.status == "RUNNING"
    (output,) = run.outputs.model_outputs
    model = client.get_logged_model(output.model_id)
    assert model.name == "embedder"
    import mlflow

    signature = mlflow.models.get_model_info(f"models:/{output.model_id}").signature
    (result,) = signature.outputs.inputs
    assert (result.type, result.shape) == (np.dtype("float32"), (-1, 2))
    (argument,) = signature.inputs.inputs
    assert (argument.name, argument.type) == (None, np.dtype(object))


def test_a_logged_model_carries_the_figures_of_its_step_alone(
    saved_model: Path, client: Any
) -> None:
    run_id = client.create_run(mlflow_store.experiment_id(client)).info.run_id
    for step, eer in enumerate((0.5, 0.375, 0.25)):
        client.log_metric(run_id, "eer", eer, step=step)
    client.log_metric(run_id, "loss", 0.125, step=1)
    mlflow_model.log(mlflow_model.load(saved_model), 2, run_id, step=2)
    (output,) = client.get_run(run_id).outputs.model_outputs
    metrics = client.get_logged_model(output.model_id).metrics
    assert [(metric.key, metric.value, metric.step) for metric in metrics] == [("eer", 0.25, 2)]
    assert output.step == 2
