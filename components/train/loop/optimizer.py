"""Adam with exponential decay, and its update in one pass over the weights where TensorFlow has a
kernel for that.
"""

import math
from typing import Any

import keras

from components.train.params import TrainParams


def adam(params: TrainParams) -> Any:
    """The optimizer that section `train` describes."""
    schedule = keras.optimizers.schedules.ExponentialDecay(
        params.learning_rate, params.decay_steps, params.decay_rate, params.staircase
    )
    average = {"use_ema": True, "ema_momentum": params.average} if params.average else {}
    kind = OnePassAdam if keras.backend.backend() == "tensorflow" else keras.optimizers.Adam
    return kind(schedule, beta_1=params.beta_1, **average)


def learning_rate(params: TrainParams, step: int) -> float:
    """After so many steps; asked of the optimizer, it would wait for the step that a GPU is at."""
    passed = step / params.decay_steps
    return params.learning_rate * params.decay_rate ** (
        math.floor(passed) if params.staircase else passed
    )


class OnePassAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """Keras's Adam, whose update by a dozen operations over all weights costs a CPU a third of a
    small step.
    """

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Updates a weight and its two moments."""
        import tensorflow as tf

        place = self._get_variable_index(variable)
        step = tf.cast(self.iterations.value, variable.dtype) + 1
        tf.raw_ops.ResourceApplyAdam(
            var=variable.handle,
            m=self._momentums[place].value.handle,
            v=self._velocities[place].value.handle,
            beta1_power=tf.pow(tf.cast(self.beta_1, variable.dtype), step),
            beta2_power=tf.pow(tf.cast(self.beta_2, variable.dtype), step),
            lr=tf.cast(learning_rate, variable.dtype),
            beta1=self.beta_1,
            beta2=self.beta_2,
            epsilon=self.epsilon,
            grad=tf.cast(gradient, variable.dtype),
        )
