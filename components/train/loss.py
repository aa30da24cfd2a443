"""The triplet loss over mined triplets."""

from typing import Literal

import keras
from keras import ops

from components.train import mining
from components.train.mining import Tensor


def triplet_loss(triplets: mining.Triplets, margin: float | Literal["soft"]) -> Tensor:
    """Mean of max(0, d(a,p) − d(a,n) + margin) over the triplets that count, or of softplus(d(a,p) − d(a,n)).

    Returns:
        A float32 scalar; 0 where no triplet counts.
    """
    difference = triplets.positive - triplets.negative
    each = ops.softplus(difference) if margin == "soft" else ops.relu(difference + margin)
    return ops.sum(each * triplets.valid) / ops.maximum(ops.sum(triplets.valid), 1.0)


class TripletLoss(keras.losses.Loss):  # type: ignore[misc]
    """`triplet_loss` for `Model.compile`: labels int [B], embeddings [B, D].

    Args:
        kind: the mining, `semi-hard` or `hard`.
        margin: a distance or `soft`.
        positives: the most positives that an anchor has in a batch (K − 1).
    """

    def __init__(self, kind: str, margin: float | Literal["soft"], positives: int) -> None:
        super().__init__(name="triplet_loss", reduction=None, dtype="float32")
        self.kind, self.margin, self.positives = kind, margin, positives

    def call(self, y_true: Tensor, y_pred: Tensor) -> Tensor:
        labels = ops.reshape(ops.cast(y_true, "int32"), (-1,))
        distance = mining.distances(y_pred)
        if self.kind == "hard":
            triplets = mining.hard(distance, labels)
        else:
            triplets = mining.semi_hard(distance, labels, self.positives)
        return triplet_loss(triplets, self.margin)
