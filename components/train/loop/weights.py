"""Copies of a model's weights: as trained, or averaged over the steps."""

from typing import Any

import numpy as np
from numpy.typing import NDArray


def copy_values(variables: list[Any]) -> list[NDArray[Any]]:
    """Returns the values of variables as arrays that later steps leave as they are."""
    return [np.array(variable.numpy()) for variable in variables]


def averaged_weights(model: Any) -> list[NDArray[Any]]:
    """Returns the embedder's weights with the moving average of each trained one.

    Args:
        model: a `TripletModel` whose optimizer averages the weights and has done a step; it is
            left as it was.
    """
    trainable = model.trainable_variables
    values = copy_values(trainable)
    model.optimizer.finalize_variable_values(trainable)
    averages = copy_values(model.embedder.weights)
    for variable, value in zip(trainable, values, strict=True):
        variable.assign(value)
    return averages
