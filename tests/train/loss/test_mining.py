"""Masks, distances and mined triplets against hand-derived cases; memory by the shapes of the
compiled step.
"""

import math
import re
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from components.train.labels import EMPTY, FORGERY
from components.train.loss import mining
from components.train.loss.triplet_loss import triplet_loss
from tests.train import large_batch
from tests.train.brute_force import unit_rows


def tensors(*arrays: Any) -> Any:
    return [ops.convert_to_tensor(array) for array in arrays]


def test_a_forgery_is_a_negative_for_every_anchor_and_never_an_anchor() -> None:
    masks = mining.masks(ops.convert_to_tensor([0, 0, 1, -1]))
    assert np.asarray(masks.positive).tolist() == [
        [False, True, False, False],
        [True, False, False, False],
        [False] * 4,
        [False] * 4,
    ]
    assert np.asarray(masks.negative).tolist() == [
        [False, False, True, True],
        [False, False, True, True],
        [True, True, False, True],
        [False] * 4,
    ]


def test_the_memory_holds_negatives_alone_and_its_empty_places_nothing() -> None:
    labels, memory = tensors([0, 0, 1, -1], [0, 1, FORGERY, EMPTY])
    masks = mining.masks(labels, memory)
    assert masks.positive.shape == (4, 4)
    assert np.asarray(masks.negative)[:, 4:].tolist() == [
        [False, True, True, False],
        [False, True, True, False],
        [True, False, True, False],
        [False] * 4,
    ]


@pytest.mark.parametrize("metric", ["euclidean", "squared"])
@pytest.mark.parametrize("apart", [1.0, 1e-3], ids=["spread out", "drawn together"])
def test_distances_are_those_of_the_definition(metric: Any, apart: float) -> None:
    rows = unit_rows(1, 1) + apart * unit_rows(12, 0)
    rows[6:9] = rows[3:6]
    memory = unit_rows(1, 1) + apart * unit_rows(5, 2)
    exact = np.linalg.norm(
        rows.astype(float)[:, None] - np.concatenate([rows, memory]).astype(float)[None], axis=2
    )
    computed = np.asarray(
        mining.distances(ops.convert_to_tensor(rows), metric, ops.convert_to_tensor(memory))
    )
    assert computed.dtype == np.float32
    assert computed == pytest.approx(
        exact**2 if metric == "squared" else exact, abs=max(1e-5 * apart, 2e-6)
    )


def test_distances_of_half_precise_embeddings_are_computed_in_float32() -> None:
    rows = ops.cast(unit_rows(8, 0), "bfloat16")
    exact = np.asarray(mining.distances(ops.cast(rows, "float32")))
    assert np.array_equal(np.asarray(mining.distances(rows)), exact)


def test_semi_hard_takes_the_nearest_negative_beyond_the_positive_or_else_the_farthest() -> None:
    # Anchor 0 with its positive at 0.4: negatives at 0.3, 0.5 and 0.9; anchor 1 (positive at 0.4)
    # has none beyond.
    distance = np.full((5, 5), 2.0, np.float32)
    distance[0] = [0, 0.4, 0.3, 0.5, 0.9]
    distance[1] = [0.4, 0, 0.1, 0.3, 0.2]
    matrix, labels = tensors(distance, [0, 0, 1, 2, 3])
    triplets = mining.semi_hard(matrix, mining.masks(labels), positives=1)
    assert np.asarray(triplets.negative)[:2, 0] == pytest.approx([0.5, 0.3])
    assert np.asarray(triplets.valid)[:, 0].tolist() == [1, 1, 0, 0, 0]
    assert float(triplet_loss(triplets, 0.2).value) == pytest.approx((0.1 + 0.3) / 2)


def test_hard_takes_the_farthest_positive_and_the_nearest_negative_of_batch_and_memory() -> None:
    distance = np.full((4, 6), 2.0, np.float32)
    distance[0] = [0, 0.4, 0.6, 0.9, 0.1, 0.7]  # the place at 0.1 is empty
    matrix, labels, memory = tensors(distance, [0, 0, 0, 1], [EMPTY, 4])
    triplets = mining.hard(matrix, mining.masks(labels, memory))
    assert [float(each[0]) for each in triplets] == pytest.approx([0.6, 0.7, 1.0])


def test_all_is_every_positive_with_every_negative() -> None:
    # Anchor 0: d(a,p) 0.5 and 0.1, d(a,n) 0.4 and 0.9; of its four only 0.5 - 0.4 + 0.2 > 0.
    # Anchors 1 and 2: none.
    distance = np.full((5, 5), 2.0, np.float32)
    distance[:3, :3] = [[0, 0.5, 0.1], [0.5, 0, 0.3], [0.1, 0.3, 0]]
    distance[0, 3:] = [0.4, 0.9]
    matrix, labels = tensors(distance, [0, 0, 0, -1, -1])
    loss = triplet_loss(mining.batch_all(matrix, mining.masks(labels), positives=2), 0.2)
    assert float(loss.value) == pytest.approx(0.3)
    assert float(loss.active) == pytest.approx(1 / 12)


def test_the_spread_is_the_mean_distance_of_two_different_images() -> None:
    rows = ops.convert_to_tensor(np.array([[0.0], [3.0], [4.0]], np.float32))
    assert float(mining.spread(mining.distances(rows))) == pytest.approx((3 + 4 + 1) / 3, abs=1e-5)
    assert float(mining.spread(mining.distances(rows, memory=rows + 9.0))) == pytest.approx(
        (3 + 4 + 1) / 3, abs=1e-5
    )
    assert float(mining.spread(mining.distances(rows[:1]))) == 0.0


@pytest.mark.parametrize("kind", large_batch.KINDS)
def test_memory_grows_as_the_square_of_the_batch_however_many_positives_there_are(
    kind: str,
) -> None:
    def step(rows: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(rows)
            loss = large_batch.mined_loss(kind, rows)
        return loss, tape.gradient(loss, rows)

    compiled = tf.function(step, jit_compile=True).experimental_get_compiler_ir(
        tf.constant(large_batch.ROWS)
    )
    shapes = set(re.findall(r"\b[a-z]+[0-9]+\[([0-9,]+)\]", compiled(stage="hlo")))
    assert max(math.prod(map(int, shape.split(","))) for shape in shapes) == large_batch.LARGEST
