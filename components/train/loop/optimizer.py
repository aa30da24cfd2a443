"""Adam with an exponentially decaying learning rate; on TensorFlow its update is one pass over the
weights.
"""

import math
from typing import Any

import keras

from components.train.params import TrainParams


def adam(params: TrainParams) -> Any:
    """Returns the optimizer that section `train` describes."""
    schedule = keras.optimizers.schedules.ExponentialDecay(
        params.learning_rate, params.decay_steps, params.decay_rate, params.staircase
    )
    average = {"use_ema": True, "ema_momentum": params.average} if params.average else {}
    kind = OnePassAdam if keras.backend.backend() == "tensorflow" else keras.optimizers.Adam
    return kind(schedule, beta_1=params.beta_1, **average)


def learning_rate(params: TrainParams, step: int) -> float:
    """Computes the learning rate after so many steps.

    The optimizer's own would only be known once the GPU is done with the step.
    """
    decays = step / params.decay_steps
    if params.staircase:
        decays = float(math.floor(decays))
    return params.learning_rate * math.pow(params.decay_rate, decays)


class OnePassAdam(keras.optimizers.Adam):  # type: ignore[misc]
    """Keras's Adam with TensorFlow's fused kernel: Keras's dozen operations over all weights cost a
    CPU a third of a small step.
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
