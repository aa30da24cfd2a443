"""The sample on a GPU: it is trained, measured and exported there as on a CPU."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.evaluate import paired_comparison
from components.freeze.params import FreezeParams
from components.shared.runtime import backend
from components.shared.verification import metrics_file

EER = "skilled/refs_1/eer"
CHANCE = 0.03  # by which two trainings on the sample may differ
FLOAT32_ERROR = 1e-5  # of the largest value; TensorFloat-32 errs by more than 1e-4


def test_the_sample_trains_on_the_gpu(models: dict[str, Path]) -> None:
    embedder = models["mixed_bfloat16"] / "embedder" / "embedder.keras"
    state = 4 * embedder.stat().st_size  # weights, gradients, and Adam's two moments
    assert peak_memory() > state
    for folder in models.values():
        metrics = metrics_file.read(folder / "evaluation")
        assert metrics[f"verification/{EER}"] < metrics[f"floor/untrained/{EER}"]


def test_mixed_precision_and_float32_agree_in_eer(models: dict[str, Path]) -> None:
    exact, mixed = (models[name] / "evaluation" for name in ("float32", "mixed_bfloat16"))
    differences = paired_comparison.compare(exact, mixed)
    print(paired_comparison.text(differences, "float32", "mixed_bfloat16"))
    assert differences[0].verification == "skilled, 1 reference"
    skilled = differences[0]
    assert skilled.ends is not None
    # The interval is of the identities: two trainings differ by chance of their own, too.
    assert skilled.better is None or abs(skilled.left - skilled.right) <= CHANCE


def test_the_exports_of_a_model_trained_in_mixed_precision_equal_it(
    data: Path, models: dict[str, Path], tmp_path: Path
) -> None:
    if backend.name() == "jax":
        pytest.skip("freeze needs a process of its own, with TensorFlow")
    from components.freeze import step as freeze

    params, folder = FreezeParams(), models["mixed_bfloat16"]
    inputs = data / "raw", data / "prepared", data / "split"
    evaluated = folder / "embedder", folder / "evaluation"
    differences = freeze.run(params, *inputs, *evaluated, tmp_path / "frozen")
    print(differences)
    assert differences["parity/onnx/max_abs_difference"] <= params.tolerance
    assert differences["parity/saved_model/max_abs_difference"] <= params.tolerance


def test_products_and_convolutions_are_exact_float32_where_embeddings_were_measured(
    models: dict[str, Path],
) -> None:
    """The backend was loaded with TensorFloat-32 on; the steps in `models` switched it off."""
    from keras import ops

    random = np.random.default_rng(0)
    images = random.normal(size=(64, 3, 3, 256)).astype(np.float32)
    kernel = random.normal(size=(3, 3, 256, 128)).astype(np.float32)
    rows, columns = images.reshape(64, -1), kernel.reshape(-1, 128)
    expected = rows.astype(np.float64) @ columns.astype(np.float64)
    product = ops.matmul(rows, columns)
    convolution = ops.conv(images, kernel, padding="valid", data_format="channels_last")
    for result in (product, ops.reshape(convolution, expected.shape)):
        error = np.abs(ops.convert_to_numpy(result) - expected).max()
        assert error / np.abs(expected).max() < FLOAT32_ERROR


def peak_memory() -> int:
    """Bytes of the GPU that were in use at once, at most."""
    if backend.name() == "jax":
        import jax

        return int(jax.devices()[0].memory_stats()["peak_bytes_in_use"])
    import tensorflow as tf

    memory: dict[str, Any] = tf.config.experimental.get_memory_info("GPU:0")
    return int(memory["peak"])
