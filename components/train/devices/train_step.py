"""One train step on all devices of `replicas.scope`, begun without waiting for its end."""

from collections.abc import Mapping, Sequence
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from components.train.devices import replicas
from components.train.labels import Tensor

_jax_states: WeakKeyDictionary[Any, Sequence[Any]] = WeakKeyDictionary()
"""Current values of each model's variables on JAX: a step takes the variables' own buffers."""


def begin_step(model: keras.Model, images: NDArray[Any], labels: NDArray[Any]) -> dict[str, Tensor]:
    """Begins one step of a compiled `TripletModel`; a GPU computes it while the caller goes on.

    Args:
        model: made in `replicas.scope`, as was its optimizer, which is built.
        images: uint8 [B, H, W, C].
        labels: int [B].

    Returns:
        The model's logs, over the whole batch. Reading one waits for the step. Call `sync` before
        anything else of the model is read.
    """
    model.make_train_function()
    if keras.backend.backend() == "jax":
        return _begin_on_jax(model, images, labels)
    model.reset_metrics()
    strategy = model.distribute_strategy
    if strategy.num_replicas_in_sync == 1:
        batch = images, labels, None
    else:
        parts = replicas.split(labels, strategy.num_replicas_in_sync)
        rows = np.stack([labels, np.arange(len(labels))], axis=1).astype(np.int32)
        batch = _by_replica(images, parts, strategy), _by_replica(rows, parts, strategy), None
    logs: dict[str, Tensor] = model.train_function(iter([batch]))
    return logs


def train_on_batch(
    model: keras.Model, images: NDArray[Any], labels: NDArray[Any]
) -> dict[str, float]:
    """Runs one step, as `begin_step`, to its end.

    Keras's `Model.train_on_batch` would give every replica the whole batch.

    Returns:
        The figures of the step.
    """
    logs = begin_step(model, images, labels)
    sync(model)
    return read_logs(logs)


def sync(model: keras.Model) -> None:
    """Writes the current values into the variables of a model; nothing to do on TensorFlow."""
    if model in _jax_states:
        for group, values in zip(_variable_groups(model), _jax_states.pop(model), strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)


def read_logs(logs: Mapping[str, Tensor]) -> dict[str, float]:
    """Returns the figures of a step that was begun, once it is done."""
    return {name: float(value) for name, value in logs.items()}


def _begin_on_jax(
    model: keras.Model, images: NDArray[Any], labels: NDArray[Any]
) -> dict[str, Tensor]:
    """Begins a step on JAX.

    The values pass from step to step without the variables: to assign a thousand variables takes
    as long as a small step.
    """
    state = _jax_states.pop(model, None) or _variable_values(model)
    *weights, metrics = state
    zeros = [np.zeros(value.shape, value.dtype) for value in metrics]
    logs: dict[str, Tensor]
    logs, _jax_states[model] = model.train_function(
        (*weights, zeros), iter([(images, labels, None)])
    )
    return logs


def _variable_groups(model: keras.Model) -> list[list[Any]]:
    """Returns a model's variables in the order of Keras's state on JAX."""
    return [
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    ]


def _variable_values(model: keras.Model) -> list[list[Any]]:
    values = []
    for group in _variable_groups(model):
        values.append([variable.value for variable in group])
    return values


def _by_replica(values: NDArray[Any], parts: list[replicas.Rows], strategy: Any) -> Any:
    return strategy.experimental_distribute_values_from_function(
        lambda replica: ops.convert_to_tensor(values[parts[replica.replica_id_in_sync_group]])
    )
