"""One step on all devices: identities split over them, triplets mined over the whole batch."""

from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
from numpy.typing import NDArray

from components.train.mining import Tensor


def scope() -> AbstractContextManager[Any]:
    """Where a model is to be made so that it trains on all devices; changes nothing where there is only one."""
    return nullcontext()


def train_on_batch(model: keras.Model, images: NDArray[Any], labels: NDArray[Any]) -> dict[str, float]:
    """One step of a compiled model.

    Args:
        model: made in `scope`.
        images: uint8 [B, H, W, C].
        labels: int [B].

    Returns:
        The model's logs.
    """
    return {name: float(value) for name, value in model.train_on_batch(images, labels, return_dict=True).items()}


def gather(embeddings: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
    """The embeddings [B, D] and labels [B] of the whole batch, from within a replica's step."""
    return embeddings, labels


def share(loss: Tensor) -> Tensor:
    """A replica's share of a loss that every replica has computed over the whole batch."""
    return loss
