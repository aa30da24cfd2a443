"""One step on all devices: a batch's identities split over them, triplets mined over the whole
batch.

Every replica embeds its part, gathers the embeddings of all and computes the whole loss; the
gradient of what was gathered goes back to the replica that embedded it. JAX uses one device.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from components.shared.runtime.errors import InputError
from components.train.labels import FORGERY, Tensor

Rows = NDArray[np.int64]

_ahead: WeakKeyDictionary[Any, Sequence[Any]] = WeakKeyDictionary()
"""On JAX, the values of models' variables after the steps that were begun; the variables' own are used up."""


def count() -> int:
    """On how many devices a model made in `scope` trains: all GPUs that TensorFlow sees, or else
    its logical CPUs.
    """
    return max(len(_devices()), 1)


def scope() -> AbstractContextManager[Any]:
    """Where a model and its optimizer are made so that they train on all devices; without effect
    where there is one.
    """
    if count() == 1:
        return nullcontext()
    entered: AbstractContextManager[Any] = _strategy(tuple(_devices())).scope()
    return entered


def check(identities: int) -> None:
    """Refuses a batch that cannot be split over the devices of the current scope.

    Raises:
        InputError: fewer identities than devices.
    """
    devices = _in_scope()
    if identities < devices:
        raise InputError(
            f"train.identities_per_batch is {identities}, but a batch is split over {devices} devices; "
            f"raise it, or show fewer devices (CUDA_VISIBLE_DEVICES)"
        )


def begin_step(model: keras.Model, images: NDArray[Any], labels: NDArray[Any]) -> dict[str, Tensor]:
    """Begins one step of a compiled `TripletModel`; a GPU computes it while the caller goes on.

    Args:
        model: made in `scope`, as was its optimizer, which is built.
        images: uint8 [B, H, W, C].
        labels: int [B].

    Returns:
        The model's logs, over the whole batch; whoever reads one waits for the step. `sync` before
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
        parts = split(labels, strategy.num_replicas_in_sync)
        placed = np.stack([labels, np.arange(len(labels))], axis=1).astype(np.int32)
        batch = _by_replica(images, parts, strategy), _by_replica(placed, parts, strategy), None
    logs: dict[str, Tensor] = model.train_function(iter([batch]))
    return logs


def train_on_batch(
    model: keras.Model, images: NDArray[Any], labels: NDArray[Any]
) -> dict[str, float]:
    """One step, as `begin_step`, to its end; `Model.train_on_batch` would give every replica the
    whole batch.
    """
    logs = begin_step(model, images, labels)
    sync(model)
    return read(logs)


def sync(model: keras.Model) -> None:
    """Gives the variables of a model the values that they have after the steps that were begun."""
    if model in _ahead:
        for group, values in zip(_groups(model), _ahead.pop(model), strict=True):
            for variable, value in zip(group, values, strict=True):
                variable.assign(value)


def read(logs: Mapping[str, Tensor]) -> dict[str, float]:
    """The figures of a step that was begun."""
    return {name: float(value) for name, value in logs.items()}


def split(labels: NDArray[Any], replicas: int) -> list[Rows]:
    """The rows of each replica: its share of the identities with all their genuine images, and
    their forgeries.

    Args:
        labels: int [B], as `Sampler` draws them: the forgeries in the order of the identities.
            Where all identities have equally many, theirs stay with them; else the shares are of
            equal size.
        replicas: how many shares.

    Returns:
        int [rows] of each replica, ascending; all together every row once.
    """
    identities = list(dict.fromkeys(labels[labels != FORGERY].tolist()))
    forged = np.flatnonzero(labels == FORGERY)
    ends = [round(len(identities) * (replica + 1) / replicas) for replica in range(replicas)]
    parts, start = [], 0
    for end in ends:
        genuine = np.flatnonzero(np.isin(labels, identities[start:end]))
        first, last = (round(len(forged) * edge / len(identities)) for edge in (start, end))
        parts.append(np.concatenate([genuine, forged[first:last]]))
        start = end
    return parts


def gather(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """From within a replica's step: the embeddings [B, D] and labels [B] of the whole batch, in its
    order.

    Args:
        embeddings: float32 [b, D], the replica's own.
        labels: int [b, 2], label and place in the batch, as `begin_step` hands them out; [B] on a
            single device.
    """
    if _in_scope() == 1:
        return embeddings, labels
    import tensorflow as tf

    replica = tf.distribute.get_replica_context()
    found, places = ops.split(replica.all_gather(labels, axis=0), 2, axis=1)
    return _in_order(replica.all_gather(embeddings, axis=0), places), _in_order(found, places)[:, 0]


def share(loss: Tensor) -> Tensor:
    """A replica's share of a loss that each has computed over the whole batch: Keras sums them up."""
    return loss / _in_scope()


def _begin_on_jax(
    model: keras.Model, images: NDArray[Any], labels: NDArray[Any]
) -> dict[str, Tensor]:
    """The values go from step to step by themselves: to assign a thousand variables takes as long
    as a small step.
    """
    *state, metrics = _ahead.pop(model, None) or [
        [variable.value for variable in group] for group in _groups(model)
    ]
    reset = [np.zeros(value.shape, value.dtype) for value in metrics]
    logs: dict[str, Tensor]
    logs, _ahead[model] = model.train_function((*state, reset), iter([(images, labels, None)]))
    return logs


def _groups(model: keras.Model) -> list[list[Any]]:
    """A model's variables in the order of Keras's state on JAX."""
    return [
        model.trainable_variables,
        model.non_trainable_variables,
        model.optimizer.variables,
        model.metrics_variables,
    ]


@cache
def _strategy(devices: tuple[str, ...]) -> Any:
    """One and the same for equal devices: a layer made in the scope of one strategy is of no use in
    another's.
    """
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(devices)


def _in_scope() -> int:
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def _devices() -> list[str]:
    if keras.backend.backend() != "tensorflow":
        return []
    import tensorflow as tf

    return [
        device.name
        for device in tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("CPU")
    ]


def _in_order(rows: Tensor, places: Tensor) -> Tensor:
    """Puts each row [B, n] into its place; a gather would have a gradient that replicas cannot
    exchange.
    """
    return ops.scatter(places, rows, ops.shape(rows))


def _by_replica(values: NDArray[Any], parts: list[Rows], strategy: Any) -> Any:
    return strategy.experimental_distribute_values_from_function(
        lambda replica: ops.convert_to_tensor(values[parts[replica.replica_id_in_sync_group]])
    )
