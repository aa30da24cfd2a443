"""Copies of weights, plain and averaged, derived by hand."""

from typing import Any

import keras
import numpy as np
import pytest

from components.train.loop.weights import averaged_weights, copy_values
from components.train.loss.triplet_model import TripletModel
from components.train.params import TrainParams


@pytest.fixture
def model() -> Any:
    inputs = keras.Input((1,))
    scaled = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")(inputs)
    fixed = keras.layers.Dense(1, use_bias=False, kernel_initializer="zeros", trainable=False)
    model = TripletModel(keras.Model(inputs, fixed(scaled)), TrainParams())
    model.compile(optimizer=keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.75))
    model.optimizer.build(model.trainable_variables)
    return model


def test_copies_stay_as_they_are_when_the_variable_changes() -> None:
    variable = keras.Variable(np.array([1.0, 2.0], np.float32))
    (copy,) = copy_values([variable])
    variable.assign([3.0, 4.0])
    assert copy.tolist() == [1.0, 2.0]


def test_trained_weights_are_averaged_fixed_ones_are_not_and_the_model_is_left_as_it_was(
    model: Any,
) -> None:
    kernel = model.trainable_variables[0]
    for gradient in (-3.0, -4.0):  # the kernel goes from 1 to 4 to 8
        model.optimizer.apply([np.full((1, 1), gradient, np.float32)])
    # The average begins with the first step: 4, then 0.75 · 4 + 0.25 · 8.
    averages = [float(value.item()) for value in averaged_weights(model)]
    assert averages == pytest.approx([5.0, 0.0])
    assert float(kernel.numpy().item()) == 8.0
