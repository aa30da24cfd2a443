"""Replicas of a model on several devices: a batch's identities split over them, triplets mined over
the whole batch.

Every replica embeds its part, gathers the embeddings of all and computes the whole loss; the
gradient of the gathered embeddings goes back to the replicas that computed them. JAX uses one
device.
"""

from contextlib import AbstractContextManager, nullcontext
from functools import cache
from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

from components.shared.runtime.errors import InputError
from components.train.labels import FORGERY, Tensor

Rows = NDArray[np.int64]


def count() -> int:
    """Returns the number of devices that a model made in `scope` trains on: all GPUs that
    TensorFlow sees, else its logical CPUs.
    """
    return max(len(_devices()), 1)


def scope() -> AbstractContextManager[Any]:
    """Returns the context in which a model and its optimizer are made to train on all devices; it
    has no effect if there is only one.
    """
    if count() == 1:
        return nullcontext()
    context: AbstractContextManager[Any] = _strategy(tuple(_devices())).scope()
    return context


def check(identities: int) -> None:
    """Refuses a batch that cannot be split over the devices of the current scope.

    Raises:
        InputError: fewer identities than devices.
    """
    devices = _replicas_in_scope()
    if identities < devices:
        raise InputError(
            f"train.identities_per_batch is {identities}, but a batch is split over {devices} "
            f"devices; raise it, or show fewer devices (CUDA_VISIBLE_DEVICES)"
        )


def split(labels: NDArray[Any], replicas: int) -> list[Rows]:
    """Splits a batch into each replica's share of the identities: all their genuine images, and
    their forgeries.

    Args:
        labels: int [B], as `Sampler` draws them: the forgeries in the order of the identities. If
            all identities have equally many, theirs stay with them; else the shares are of equal
            size.
        replicas: number of shares.

    Returns:
        int [rows] of each replica, ascending; all together every row once.
    """
    identities = list(dict.fromkeys(labels[labels != FORGERY].tolist()))
    forgeries = np.flatnonzero(labels == FORGERY)
    ends = [round(len(identities) * (replica + 1) / replicas) for replica in range(replicas)]
    parts, start = [], 0
    for end in ends:
        genuine = np.flatnonzero(np.isin(labels, identities[start:end]))
        first = round(len(forgeries) * start / len(identities))
        last = round(len(forgeries) * end / len(identities))
        parts.append(np.concatenate([genuine, forgeries[first:last]]))
        start = end
    return parts


def gather(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """Gathers, within a replica's step, the embeddings [B, D] and labels [B] of the whole batch, in
    its order.

    Args:
        embeddings: float32 [b, D], the replica's own.
        labels: int [b, 2], label and place in the batch, as `train_step.begin_step` hands them out;
            [B] on a single device.
    """
    if _replicas_in_scope() == 1:
        return embeddings, labels
    import tensorflow as tf

    replica = tf.distribute.get_replica_context()
    codes, places = ops.split(replica.all_gather(labels, axis=0), 2, axis=1)
    rows = replica.all_gather(embeddings, axis=0)
    return _in_order(rows, places), _in_order(codes, places)[:, 0]


def share(loss: Tensor) -> Tensor:
    """Returns a replica's share of a loss that each computes over the whole batch: Keras sums the
    shares.
    """
    return loss / _replicas_in_scope()


@cache
def _strategy(devices: tuple[str, ...]) -> Any:
    """Returns one strategy for equal devices: a layer made in the scope of one strategy cannot be
    used in another's.
    """
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(devices)


def _replicas_in_scope() -> int:
    if keras.backend.backend() != "tensorflow":
        return 1
    import tensorflow as tf

    return int(tf.distribute.get_strategy().num_replicas_in_sync)


def _devices() -> list[str]:
    if keras.backend.backend() != "tensorflow":
        return []
    import tensorflow as tf

    gpus = tf.config.list_logical_devices("GPU")
    return [device.name for device in gpus or tf.config.list_logical_devices("CPU")]


def _in_order(rows: Tensor, places: Tensor) -> Tensor:
    """Moves each row [B, n] to its place; `take` would have a gradient that replicas cannot
    exchange.
    """
    return ops.scatter(places, rows, ops.shape(rows))
