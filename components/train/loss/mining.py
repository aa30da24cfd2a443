"""Distances and online triplet mining, in `keras.ops`; memory grows as B².

Labels are integers [B], as `labels` says. Rows of a distance matrix are anchors; its columns are
the batch itself and, behind it, a memory of earlier embeddings, which are further negatives and
nothing else: C = B + M.

Sources: semi-hard, Schroff et al. 2015 (FaceNet), in the reading of tf.contrib.losses; hard and
all, Hermans et al. 2017 (batch-hard, batch-all); the memory, Wang et al. 2020 (cross-batch memory).
"""

from typing import Literal, NamedTuple

from keras import ops

from components.train.labels import EMPTY, Tensor

_INFINITY = float("inf")


class Masks(NamedTuple):
    """The pairs (anchor, positive), bool [B, B], and (anchor, negative), bool [B, C]."""

    positive: Tensor
    negative: Tensor


class Triplets(NamedTuple):
    """Distances of mined triplets, all of one shape; `valid` is 1 where an entry counts, else 0."""

    positive: Tensor
    negative: Tensor
    valid: Tensor

    def mean(self, values: Tensor) -> Tensor:
        """Returns the mean of `values` over the entries that count; 0 where none does."""
        return ops.sum(values * self.valid) / ops.maximum(ops.sum(self.valid), 1.0)


class AllTriplets(NamedTuple):
    """Distances of every positive [B, K − 1] and every negative [B, C] of each anchor.

    `is_positive` and `is_negative`, bool, are true for the entries that count.
    """

    positive: Tensor
    is_positive: Tensor
    negative: Tensor
    is_negative: Tensor


def distances(
    embeddings: Tensor,
    metric: Literal["euclidean", "squared"] = "euclidean",
    memory: Tensor | None = None,
) -> Tensor:
    """Computes the distances of all rows of [B, D] to each other and to a memory [M, D].

    The gradient at distance 0 is 0; none flows into the memory.

    Returns:
        float32 [B, B + M].
    """
    embeddings = ops.cast(embeddings, "float32")
    # A common shift changes no distance; without it those of a batch that has drawn together drown
    # in rounding.
    centre = ops.stop_gradient(ops.mean(embeddings, axis=0))
    rows = embeddings - centre
    product = ops.matmul(rows, ops.transpose(rows))
    # Taken from the product, so that equal rows are at distance 0 exactly.
    squares = others = ops.diagonal(product)
    if memory is not None:
        earlier = ops.stop_gradient(memory) - centre
        product = ops.concatenate([product, ops.matmul(rows, ops.transpose(earlier))], axis=1)
        others = ops.concatenate([squares, ops.sum(ops.square(earlier), axis=1)])
    squared = squares[:, None] + others[None, :] - 2.0 * product
    return (
        ops.maximum(squared, 0.0) if metric == "squared" else ops.sqrt(ops.maximum(squared, 1e-12))
    )


def masks(labels: Tensor, memory: Tensor | None = None) -> Masks:
    """Computes the pairs of labels int [B] with each other and with those of a memory, int [M].

    Those of the memory are negatives alone. Of the labels 0, 0, 1 the anchors 0 and 1 are each
    other's positive, and image 2 is the negative of both; anchor 2 has no positive.
    """
    anchor = (labels >= 0)[:, None]
    same = labels[:, None] == labels[None, :]
    itself = ops.eye(ops.shape(labels)[0], dtype="bool")
    negative = anchor & ~same
    if memory is not None:
        filled = ops.convert_to_tensor(memory) != EMPTY
        negative = ops.concatenate(
            [negative, anchor & filled & (labels[:, None] != memory[None, :])], axis=1
        )
    return Masks(anchor & same & ~itself, negative)


def hard(distance: Tensor, masks: Masks) -> Triplets:
    """Mines for each anchor its farthest positive and its nearest negative.

    Anchors that lack either do not count.

    Args:
        distance: float32 [B, C].
        masks: of the same batch.

    Returns:
        Triplets of shape [B].
    """
    fixed = ops.stop_gradient(distance)
    within = fixed[:, : ops.shape(masks.positive)[1]]
    farthest = ops.argmax(ops.where(masks.positive, within, -_INFINITY), axis=1)
    nearest = ops.argmin(ops.where(masks.negative, fixed, _INFINITY), axis=1)
    valid = ops.any(masks.positive, axis=1) & ops.any(masks.negative, axis=1)
    positive = _at(distance, farthest[:, None])[:, 0]
    negative = _at(distance, nearest[:, None])[:, 0]
    return Triplets(positive, negative, ops.cast(valid, "float32"))


def semi_hard(distance: Tensor, masks: Masks, positives: int) -> Triplets:
    """Mines for each anchor–positive pair the nearest negative beyond the positive.

    If there is none, the farthest negative is taken. For an anchor with a positive at 0.4 and
    negatives at 0.3, 0.5 and 0.9 it is the one at 0.5; with a positive at 1.0, the one at 0.9.

    Args:
        distance: float32 [B, C].
        masks: of the same batch.
        positives: the most positives that an anchor has (K − 1); looked at one by one, so that
            memory stays at B².

    Returns:
        Triplets of shape [B, K − 1].
    """
    is_positive, columns = _positives(masks, positives)
    to_positive = _at(distance, columns)
    fixed = ops.stop_gradient(distance)
    farthest = ops.argmax(ops.where(masks.negative, fixed, -_INFINITY), axis=1)
    others = ops.where(masks.negative, fixed, _INFINITY)
    thresholds = ops.stop_gradient(to_positive)
    numbers = ops.arange(positives)

    def choose(k: Tensor, columns: Tensor) -> Tensor:
        beyond = ops.where(others > ops.take(thresholds, k, axis=1)[:, None], others, _INFINITY)
        column = ops.where(
            ops.min(beyond, axis=1) < _INFINITY, ops.argmin(beyond, axis=1), farthest
        )
        return ops.where(numbers == k, column[:, None], columns)

    negatives = ops.fori_loop(0, positives, choose, columns)
    valid = is_positive & ops.any(masks.negative, axis=1)[:, None]
    return Triplets(to_positive, _at(distance, negatives), ops.cast(valid, "float32"))


def batch_all(distance: Tensor, masks: Masks, positives: int) -> AllTriplets:
    """Pairs every anchor with every positive and every negative, for `triplet_loss` to sum over.

    Args:
        distance: float32 [B, C].
        masks: of the same batch.
        positives: the most positives that an anchor has (K − 1).
    """
    is_positive, columns = _positives(masks, positives)
    return AllTriplets(_at(distance, columns), is_positive, distance, masks.negative)


def spread(distance: Tensor) -> Tensor:
    """Computes the mean distance of two different rows of a batch, from its distances [B, C]."""
    count = ops.shape(distance)[0]
    pairs = ops.cast(ops.maximum(count * (count - 1), 1), "float32")
    within = distance[:, :count]
    return (ops.sum(within) - ops.sum(ops.diagonal(within))) / pairs


def _positives(masks: Masks, count: int) -> tuple[Tensor, Tensor]:
    """Finds each anchor's positives.

    Returns:
        Bool [B, count], false for entries beyond an anchor's positives, and their columns, int.
    """
    values, columns = ops.top_k(ops.cast(masks.positive, "float32"), k=count)
    return values > 0, columns


def _at(distance: Tensor, columns: Tensor) -> Tensor:
    """Returns the distances [B, n] in columns [B, n] of each row."""
    return ops.take_along_axis(distance, columns, axis=1)
