"""The parts of a training put together: the model at its first weights."""

from pathlib import Path

import numpy as np
import pytest

from components.train import assembly
from components.train.params import TrainParams

SHAPE = (32, 32, 1)
PARAMS = TrainParams(
    pooled_blocks=(1,), pooled_components=0, embedding_size=8, l2=0.5, dropout=0.25
)
OLD = Path(__file__).parents[1] / "shared" / "model" / "embedders" / "whole.keras"


def test_the_embedder_is_built_from_the_parameters_and_penalised(
    capsys: pytest.CaptureFixture[str],
) -> None:
    model = assembly.compiled(PARAMS, SHAPE, "float32")
    architecture = model.embedder.architecture
    assert architecture.image_shape == SHAPE
    assert (architecture.embedding_size, architecture.pooled_blocks) == (8, (1,))
    assert architecture.dropout == 0.25
    assert len(model.losses) == 6  # kernels: the first, four of block 1, and the projection
    assert "weights 'none') on 32×32×1 in float32" in capsys.readouterr().err


def test_the_optimizer_is_at_step_0_and_has_its_variables() -> None:
    model = assembly.compiled(PARAMS, SHAPE, "float32")
    assert int(model.optimizer.iterations) == 0
    assert len(model.optimizer.variables) > 2 * len(model.trainable_variables)


def test_batch_normalisation_is_frozen_where_the_weights_were_trained_before(
    capsys: pytest.CaptureFixture[str],
) -> None:
    images = np.random.default_rng(0).integers(0, 256, (4, 16, 16, 1), np.uint8)
    start = PARAMS.model_copy(update={"start_from": str(OLD), "embedding_size": 4, "dropout": 0.0})
    embedder = assembly.compiled(start, (16, 16, 1), "float32").embedder
    assert "weights of 'whole.keras'" in capsys.readouterr().err
    np.testing.assert_allclose(
        np.asarray(embedder(images, training=True)), np.asarray(embedder(images)), atol=1e-6
    )
    fresh = PARAMS.model_copy(update={"dropout": 0.0})
    trained = assembly.compiled(fresh, (16, 16, 1), "float32").embedder
    assert np.abs(np.asarray(trained(images, training=True) - trained(images))).max() > 1e-3
