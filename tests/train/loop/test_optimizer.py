"""The optimizer."""

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.train.loop.optimizer import OnePassAdam, adam, learning_rate
from components.train.params import TrainParams


def trained(optimizer: Any, compiled: bool) -> list[np.ndarray]:
    """Weights, moments and averages after some steps with gradients of very different sizes."""
    random = np.random.default_rng(0)
    weights = [
        keras.Variable(random.normal(size=shape).astype(np.float32))
        for shape in ((3, 4), (7,), (2, 3, 5))
    ]
    optimizer.build(weights)

    @tf.function(jit_compile=compiled)
    def step(gradients: Any) -> None:
        optimizer.apply(gradients)

    for number in range(12):
        step(
            [
                tf.constant(random.normal(size=w.shape) * 10.0 ** (number - 6), tf.float32)
                for w in weights
            ]
        )
    return [np.asarray(variable.numpy()) for variable in (*weights, *optimizer.variables)]


@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "xla"])
@pytest.mark.parametrize(
    "options", [{}, {"use_ema": True, "ema_momentum": 0.9}], ids=["plain", "averaged"]
)
def test_the_update_in_one_pass_is_adam_s(options: dict[str, Any], compiled: bool) -> None:
    def schedule() -> Any:
        return keras.optimizers.schedules.ExponentialDecay(0.1, 5, 0.5)

    ours = trained(OnePassAdam(schedule(), beta_1=0.8, **options), compiled)
    theirs = trained(keras.optimizers.Adam(schedule(), beta_1=0.8, **options), compiled)
    assert len(ours) == len(theirs)
    for one, other in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-4, atol=1e-5)


def test_the_parameters_describe_it() -> None:
    params = TrainParams(
        learning_rate=0.2,
        decay_steps=10,
        decay_rate=0.5,
        staircase=True,
        beta_1=0.7,
        average=0.9,
        steps=20,
    )
    optimizer = adam(params)
    optimizer.build([keras.Variable(np.zeros(3, np.float32))])
    assert (optimizer.beta_1, optimizer.use_ema, optimizer.ema_momentum) == (0.7, True, 0.9)
    rates = []
    for step in (0, 9, 10, 20):
        optimizer.iterations.assign(step)
        rates.append(float(optimizer.learning_rate))
    assert rates == pytest.approx([0.2, 0.2, 0.1, 0.05])
    assert [learning_rate(params, step) for step in (0, 9, 10, 20)] == pytest.approx(rates)
    smooth = params.model_copy(update={"staircase": False})
    assert learning_rate(smooth, 15) == pytest.approx(float(adam(smooth).learning_rate) * 0.5**1.5)
    assert not adam(TrainParams()).use_ema
