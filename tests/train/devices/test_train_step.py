"""One train step on one device."""

from typing import Any

import keras
import numpy as np
import pytest

from components.train.devices import train_step
from components.train.labels import FORGERY
from components.train.loss.triplet_model import TripletModel
from components.train.params import TrainParams

LABELS = np.array([0, 0, 1, 1, FORGERY], np.int32)
IMAGES = np.random.default_rng(0).integers(0, 256, (5, 4, 4, 1), np.uint8)


@pytest.fixture
def model() -> Any:
    keras.utils.set_random_seed(0)
    images = keras.Input((4, 4, 1), dtype="uint8")
    flat = keras.layers.Flatten()(keras.layers.Rescaling(1 / 255)(images))
    embeddings = keras.layers.UnitNormalization()(keras.layers.Dense(3)(flat))
    model = TripletModel(keras.Model(images, embeddings), TrainParams())
    model.compile(optimizer=keras.optimizers.SGD(0.1), jit_compile=False)
    model.optimizer.build(model.trainable_variables)
    return model


def test_a_step_changes_the_weights_and_returns_figures_of_its_batch_alone(model: Any) -> None:
    before = model.embedder.get_weights()
    first = train_step.train_on_batch(model, IMAGES, LABELS)
    assert any(
        (now != then).any() for now, then in zip(model.embedder.get_weights(), before, strict=True)
    )
    model.embedder.set_weights(before)
    again = train_step.train_on_batch(model, IMAGES, LABELS)
    assert again == pytest.approx(first), "figures of two steps are mixed"
    assert set(first) >= {"loss", "triplet", "spread"}


def test_steps_begun_in_a_row_equal_steps_that_are_waited_for(model: Any) -> None:
    start = model.embedder.get_weights()
    waited = [train_step.train_on_batch(model, IMAGES, LABELS) for _ in range(3)]
    weights = model.embedder.get_weights()
    model.embedder.set_weights(start)
    logs = [train_step.begin_step(model, IMAGES, LABELS) for _ in range(3)]
    train_step.sync(model)
    for ours, theirs in zip(logs, waited, strict=True):
        assert train_step.read_logs(ours) == pytest.approx(theirs)
    for ours, theirs in zip(model.embedder.get_weights(), weights, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-6)


def test_logs_are_read_as_numbers() -> None:
    assert train_step.read_logs({"loss": np.float32(0.5)}) == {"loss": 0.5}
