"""The triplet loss over mined triplets, in `keras.ops`."""

from typing import NamedTuple

from keras import ops

from components.train.labels import Tensor
from components.train.loss.mining import AllTriplets, Triplets
from components.train.params import Margin


class Loss(NamedTuple):
    """A loss and the fraction of triplets that are active (cost more than 0), float32 scalars."""

    value: Tensor
    active: Tensor


def triplet_loss(triplets: Triplets | AllTriplets, margin: Margin) -> Loss:
    """Computes the mean over triplets of max(0, d(a,p) − d(a,n) + margin).

    With the margin `soft` it is that of softplus(d(a,p) − d(a,n)).

    The mean is over the triplets that were mined; over all triplets of a batch it is over those
    above 0, since most of them soon are 0 and would hide the others (Hermans et al. 2017, section
    3.2). 0 where there is none.

    Args:
        triplets: of `mining`.
        margin: a distance, or `soft`.
    """
    if isinstance(triplets, AllTriplets):
        return _mean_of_active(triplets, margin)
    return _mean(triplets, margin)


def loss_at_a_point(margin: Margin) -> float:
    """Returns the loss of a triplet whose three embeddings are equal."""
    return float(_cost(ops.zeros(()), margin))


def _mean(triplets: Triplets, margin: Margin) -> Loss:
    each = _cost(triplets.positive - triplets.negative, margin)
    return Loss(triplets.mean(each), triplets.mean(ops.cast(each > 0, "float32")))


def _mean_of_active(triplets: AllTriplets, margin: Margin) -> Loss:
    """Sums over one positive of every anchor at a time, against all negatives [B, C].

    Memory does not grow with the positives. The derivatives are summed up on the way (`pull` by
    positive, `push` by negative), so that nothing is kept for a backward pass through the loop.
    """
    near = ops.stop_gradient(ops.where(triplets.is_positive, triplets.positive, -float("inf")))
    far = ops.stop_gradient(ops.where(triplets.is_negative, triplets.negative, float("inf")))
    positives = near.shape[1]

    def add_positive(k: Tensor, sums: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
        total, active, pull, push = sums
        difference = ops.take(near, k, axis=1)[:, None] - far
        each = _cost(difference, margin)
        slope = _slope(difference, margin)
        column = ops.cast(ops.arange(positives) == k, "float32")
        return (
            total + ops.sum(each),
            active + ops.sum(ops.cast(each > 0, "float32")),
            pull + ops.sum(slope, axis=1)[:, None] * column,
            push + slope,
        )

    start = (ops.zeros(()), ops.zeros(()), ops.zeros_like(near), ops.zeros_like(far))
    total, active, pull, push = ops.fori_loop(0, positives, add_positive, start)
    mined = ops.sum(
        ops.sum(ops.cast(triplets.is_positive, "float32"), axis=1)
        * ops.sum(ops.cast(triplets.is_negative, "float32"), axis=1)
    )
    count = ops.maximum(active, 1.0)
    gradient = ops.sum(pull * triplets.positive) - ops.sum(push * triplets.negative)
    value = total / count + (gradient - ops.stop_gradient(gradient)) / count
    return Loss(value, active / ops.maximum(mined, 1.0))


def _cost(difference: Tensor, margin: Margin) -> Tensor:
    """Computes the loss of triplets from d(a,p) − d(a,n), of any shape."""
    return ops.softplus(difference) if margin == "soft" else ops.relu(difference + margin)


def _slope(difference: Tensor, margin: Margin) -> Tensor:
    """Computes the derivative of `_cost`."""
    if margin == "soft":
        return ops.sigmoid(difference)
    return ops.cast(difference + margin > 0, "float32")
