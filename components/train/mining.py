"""Distances and online triplet mining, in `keras.ops`; memory grows as B².

Labels are integers [B]: an identity's images share its code ≥ 0; a skilled forgery carries `FORGERY` and is a negative
for every anchor, never an anchor or a positive.

Sources: semi-hard, Schroff et al. 2015 (FaceNet), in the reading of tf.contrib.losses; hard, Hermans et al. 2017
(batch-hard).
"""

from typing import Any, NamedTuple

from keras import ops

Tensor = Any
FORGERY = -1
_FAR = 1e9


class Triplets(NamedTuple):
    """Mined distances; `valid` (float32, 0 or 1) says which entries count. All of one shape."""

    positive: Tensor
    negative: Tensor
    valid: Tensor


def distances(embeddings: Tensor) -> Tensor:
    """Euclidean distances between all rows of [B, D], float32 [B, B]; the gradient at distance 0 is 0."""
    embeddings = ops.cast(embeddings, "float32")
    product = ops.matmul(embeddings, ops.transpose(embeddings))
    squares = ops.sum(ops.square(embeddings), axis=1)
    squared = squares[:, None] + squares[None, :] - 2.0 * product
    return ops.sqrt(ops.maximum(squared, 1e-12))


def masks(labels: Tensor) -> tuple[Tensor, Tensor]:
    """Booleans [B, B]: (anchor, positive) pairs and (anchor, negative) pairs. Rows of forgeries are all False."""
    anchor = labels >= 0
    same = labels[:, None] == labels[None, :]
    itself = ops.eye(ops.shape(labels)[0], dtype="bool")
    return same & ~itself & anchor[:, None], ~same & anchor[:, None]


def semi_hard(distance: Tensor, labels: Tensor, positives: int) -> Triplets:
    """For each anchor–positive pair the nearest negative farther than the positive, else the farthest negative.

    Args:
        distance: float32 [B, B].
        labels: int [B].
        positives: the most positives that an anchor has (K − 1); a loop over them keeps memory at B².

    Returns:
        Triplets of shape [B, positives].
    """
    positive_mask, negative_mask = masks(labels)
    is_positive, columns = ops.top_k(ops.cast(positive_mask, "float32"), k=positives)
    to_positive = ops.take_along_axis(distance, columns, axis=1)
    farthest = ops.max(ops.where(negative_mask, distance, -_FAR), axis=1)
    negatives = []
    for k in range(positives):
        beyond = negative_mask & (distance > to_positive[:, k : k + 1])
        nearest = ops.min(ops.where(beyond, distance, _FAR), axis=1)
        negatives.append(ops.where(ops.any(beyond, axis=1), nearest, farthest))
    has_negative = ops.cast(ops.any(negative_mask, axis=1), "float32")
    valid = is_positive * has_negative[:, None]
    return _masked(to_positive, ops.stack(negatives, axis=1), valid)


def hard(distance: Tensor, labels: Tensor) -> Triplets:
    """For each anchor its farthest positive and its nearest negative; anchors that lack either do not count.

    Returns:
        Triplets of shape [B].
    """
    positive_mask, negative_mask = masks(labels)
    farthest = ops.max(ops.where(positive_mask, distance, -_FAR), axis=1)
    nearest = ops.min(ops.where(negative_mask, distance, _FAR), axis=1)
    valid = ops.any(positive_mask, axis=1) & ops.any(negative_mask, axis=1)
    return _masked(farthest, nearest, ops.cast(valid, "float32"))


def _masked(positive: Tensor, negative: Tensor, valid: Tensor) -> Triplets:
    """Entries that do not count become 0 before any arithmetic, so that no gradient is NaN."""
    keep = valid > 0
    return Triplets(ops.where(keep, positive, 0.0), ops.where(keep, negative, 0.0), valid)
