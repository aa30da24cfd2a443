"""A SavedModel that is quick to make."""

import math
from pathlib import Path

import pytest


@pytest.fixture
def saved_model(tmp_path: Path) -> Path:
    """A SavedModel whose embedding of an image is its length in bytes, twice; NaN for no bytes."""
    import tensorflow as tf

    def serve(images: tf.Tensor) -> dict[str, tf.Tensor]:
        lengths = tf.cast(tf.strings.length(images), tf.float32)
        rows = tf.stack([lengths, lengths], axis=1)
        return {"embeddings": tf.where(rows > 0, rows, math.nan)}

    module = tf.Module()
    signature = [tf.TensorSpec([None], tf.string, name="images")]
    module.serve = tf.function(serve, input_signature=signature)
    signatures = {"serving_default": module.serve.get_concrete_function()}
    tf.saved_model.save(module, str(tmp_path / "saved_model"), signatures=signatures)
    return tmp_path / "saved_model"
