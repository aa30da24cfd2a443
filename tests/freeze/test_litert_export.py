"""The network for LiteRT, with weights of 8 bits."""

from pathlib import Path

import numpy as np
import pytest

from components.shared.data.normalisation import Normalisation
from components.shared.runtime.errors import InputError
from tests.freeze.conftest import SPEC

pytestmark = pytest.mark.slow


def test_the_file_holds_the_weights_and_gives_nearly_the_embeddings_of_the_keras_model(
    inputs: dict[str, Path], tmp_path: Path
) -> None:
    from components.freeze import export, litert_export
    from components.shared.model.embedder import load_embedder

    model = load_embedder(inputs["embedder"])
    path = tmp_path / "embedder.tflite"
    litert_export.write(export.build_serving_module(model, Normalisation(**SPEC)), path)
    assert model.count_params() < path.stat().st_size < 4 * model.count_params() + 20_000
    images = np.random.default_rng(0).integers(0, 256, (7, 16, 24, 1), np.uint8)
    interpreter = litert_export.Interpreter(path)
    for count in (1, 7, 3):
        embeddings = interpreter.run(images[:count])
        assert embeddings.dtype == np.float32
        expected = np.asarray(model(images[:count], training=False))
        np.testing.assert_allclose(embeddings, expected, atol=0.05)


def test_an_operation_that_litert_does_not_know_is_told(tmp_path: Path) -> None:
    import tensorflow as tf

    from components.freeze import litert_export

    module = tf.Module()
    pixels = tf.TensorSpec([None, 4, 4, 1], tf.uint8, name="pixels")
    module.embed = tf.function(
        lambda pixels: {
            "embeddings": tf.strings.to_number(tf.strings.as_string(pixels[:, :, 0, 0]))
        },
        input_signature=[pixels],
    )
    with pytest.raises(InputError, match=r"embedder.tflite: the network cannot be written \("):
        litert_export.write(module, tmp_path / "embedder.tflite")
    assert not (tmp_path / "embedder.tflite").exists()
