"""The network in ONNX: as `make cedar` builds it, and what ONNX does not know is told."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.shared.runtime.errors import InputError


def exported(model: Any, shape: tuple[int, int, int], path: Path) -> Any:
    from components.freeze import export, onnx_export
    from components.shared.data.normalisation import Normalisation

    mode = "none" if shape[2] == 3 else "shape"
    spec = Normalisation(mode=mode, height=shape[0], width=shape[1], channels=shape[2])
    onnx_export.write(export.build_serving_module(model, spec), path)
    return onnx_export.open_session(path, threads=1)


@pytest.mark.slow
def test_views_and_second_moments_of_pooled_blocks_are_the_same_in_onnx(tmp_path: Path) -> None:
    from components.freeze import onnx_export
    from components.shared.model.architecture import Architecture, View
    from components.train.model import network

    draw = np.random.default_rng(0)
    views: tuple[View, ...] = ("whole", "left", "right", "mirror")
    model = network.build(
        Architecture(
            (32, 64, 1), 32, pooled_blocks=(7, 10), pooled_components=4, views=views, dropout=0.1
        )
    )
    standard = model.get_layer("plain").get_layer("standardise")
    standard.set_weights([draw.uniform(0.01, 1, weight.shape) for weight in standard.weights])
    session = exported(model, (32, 64, 1), tmp_path / "embedder.onnx")
    images = np.full((9, 32, 64, 1), 255, np.uint8)
    images[:8, 4:28, 4:60] = draw.integers(0, 256, (8, 24, 56, 1))  # the last one stays blank
    embeddings = onnx_export.embed(session, images)
    np.testing.assert_allclose(embeddings, np.asarray(model(images, training=False)), atol=1e-5)


def test_the_network_has_one_input_and_one_output_and_any_number_of_images(
    inputs: dict[str, Path], tmp_path: Path
) -> None:
    from components.freeze import onnx_export
    from components.shared.model.embedder import load_embedder

    model = load_embedder(inputs["embedder"])
    session = exported(model, (16, 24, 1), tmp_path / "embedder.onnx")
    (pixels,), (embeddings,) = session.get_inputs(), session.get_outputs()
    assert (pixels.name, pixels.type, pixels.shape[1:]) == ("pixels", "tensor(uint8)", [16, 24, 1])
    assert (embeddings.name, embeddings.type) == ("embeddings", "tensor(float)")
    assert embeddings.shape[1:] == [8]
    images = np.random.default_rng(0).integers(0, 256, (70, 16, 24, 1), np.uint8)
    expected = np.asarray(model(images, training=False))
    for count in (1, 32, 70):
        result = onnx_export.embed(session, images[:count])
        assert result.dtype == np.float32
        np.testing.assert_allclose(result, expected[:count], atol=1e-5)


def test_an_operation_that_onnx_does_not_know_is_told(tmp_path: Path) -> None:
    import keras

    pixels = keras.Input((16, 24, 1), dtype="uint8")
    levels = keras.ops.cast(pixels, "float32")
    brightest = keras.ops.argmax(keras.ops.reshape(levels, (-1, 384)), axis=1, keepdims=True)
    model = keras.Model(pixels, keras.ops.cast(brightest, "float32"))
    path = tmp_path / "embedder.onnx"
    with pytest.raises(InputError, match=r"cannot be written in ONNX \(.*\); train it again"):
        exported(model, (16, 24, 1), path)
    assert not path.exists()
