"""The loss of each mining against a loop, its gradient against a naive one, and where there is
nothing to mine.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from keras import ops

from components.train.loss import mining
from components.train.loss.triplet_loss import Loss, triplet_loss
from tests.train import brute_force
from tests.train.brute_force import Floats, Labels, unit_rows

LABELS = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 5, -1, -1, -1], np.int32)
KINDS = ("semi-hard", "hard", "all")


def loss_of(
    kind: str,
    rows: Any,
    labels: Labels,
    margin: Any,
    metric: Any = "euclidean",
    memory: tuple[Floats, Labels] | None = None,
) -> Loss:
    """Everything put together, as the objective does."""
    earlier, earlier_labels = (
        [ops.convert_to_tensor(part) for part in memory] if memory else (None, None)
    )
    distance = mining.distances(rows, metric, earlier)
    masks = mining.masks(ops.convert_to_tensor(labels), earlier_labels)
    positives = max(int(np.bincount(labels + 1)[1:].max(initial=0)) - 1, 1)
    mined: dict[str, Callable[[], Any]] = {
        "semi-hard": lambda: mining.semi_hard(distance, masks, positives),
        "hard": lambda: mining.hard(distance, masks),
        "all": lambda: mining.batch_all(distance, masks, positives),
    }
    return triplet_loss(mined[kind](), margin)


def gradient_of(kind: str, rows: Any, labels: Labels, margin: Any) -> Any:
    variable = tf.Variable(rows)
    with tf.GradientTape() as tape:
        loss = loss_of(kind, variable, labels, margin).value
    return tape.gradient(loss, variable)


@pytest.mark.parametrize("metric", ["euclidean", "squared"])
@pytest.mark.parametrize("margin", [0.2, 1.0, "soft"])
@pytest.mark.parametrize("kind", KINDS)
def test_the_loss_equals_a_brute_force_loop(kind: str, margin: Any, metric: str) -> None:
    memory = unit_rows(6, 9), np.array([0, 1, 7, 8, -1, -1], np.int32)
    for seed in range(3):
        for earlier in (None, memory):
            rows = unit_rows(len(LABELS), seed)
            loss = loss_of(kind, rows, LABELS, margin, metric, earlier)
            expected = brute_force.triplet_loss(kind, rows, LABELS, margin, metric, earlier)
            assert [float(each) for each in loss] == pytest.approx(list(expected), abs=1e-5)


@pytest.mark.parametrize("kind", KINDS)
@settings(max_examples=60, deadline=None)
@given(labels=st.lists(st.integers(-1, 3), min_size=1, max_size=12), seed=st.integers(0, 10_000))
def test_any_batch_costs_what_a_brute_force_loop_says(
    kind: str, labels: list[int], seed: int
) -> None:
    codes, rows = np.array(labels, np.int32), unit_rows(len(labels), seed, size=4)
    apart = np.linalg.norm(rows[:, np.newaxis].astype(float) - rows, axis=2)
    # Within its rounding of 0, float32 may count a triplet as active that float64 does not.
    assume(np.abs(apart[:, :, np.newaxis] - apart[:, np.newaxis] + 0.3).min() > 1e-6)
    loss = loss_of(kind, rows, codes, 0.3)
    assert float(loss.value) == pytest.approx(
        brute_force.triplet_loss(kind, rows, codes, 0.3).value, abs=1e-5
    )


@pytest.mark.parametrize("kind", KINDS)
def test_images_that_stand_twice_in_a_batch_are_at_distance_zero(kind: str) -> None:
    labels = np.array([0, 0, 0, 1, 1, 1, 2, -1], np.int32)
    rows = unit_rows(8, 0)
    rows[1], rows[4], rows[7] = rows[0], rows[3], rows[6]
    for margin in (0.5, "soft"):
        loss = float(loss_of(kind, rows, labels, margin).value)
        assert loss == pytest.approx(
            brute_force.triplet_loss(kind, rows, labels, margin).value, abs=1e-5
        )


@pytest.mark.parametrize("margin", [0.5, "soft"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "labels",
    [[0, 0, 0, 0], [0, 1, 2, 3], [-1, -1, -1, -1], [0, 1, -1, -1], [0]],
    ids=["no negative", "no positive", "forgeries alone", "forgeries and no positive", "one image"],
)
def test_a_batch_with_nothing_to_mine_costs_nothing_and_moves_nothing(
    kind: str, labels: list[int], margin: Any
) -> None:
    codes, rows = np.array(labels, np.int32), unit_rows(len(labels), 0)
    assert [float(each) for each in loss_of(kind, rows, codes, margin)] == [0.0, 0.0]
    assert np.array_equal(gradient_of(kind, rows, codes, margin), np.zeros_like(rows))


@pytest.mark.parametrize("margin", [0.5, "soft"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_gradients_are_finite_where_images_are_equal(kind: str, margin: Any, dtype: str) -> None:
    labels = np.array([0, 0, 0, 1, 1, -1], np.int32)
    for rows in (np.repeat(unit_rows(2, 0), 3, axis=0), np.repeat(unit_rows(1, 0), 6, axis=0)):
        gradient = ops.cast(gradient_of(kind, ops.cast(rows, dtype), labels, margin), "float32")
        assert np.isfinite(np.asarray(gradient)).all()


@pytest.mark.parametrize("kind", KINDS)
def test_embeddings_in_half_precision_cost_what_their_values_cost(kind: str) -> None:
    rows = ops.cast(unit_rows(len(LABELS), 0), "bfloat16")
    expected = brute_force.triplet_loss(kind, np.asarray(ops.cast(rows, "float32")), LABELS, 0.5)
    loss = loss_of(kind, rows, LABELS, 0.5)
    assert str(loss.value.dtype.name) == "float32"
    assert float(loss.value) == pytest.approx(expected.value, abs=1e-5)


@pytest.mark.parametrize("margin", [0.2, 1.0, "soft"])
def test_the_gradient_over_all_triplets_is_that_of_the_cubic_formula(margin: Any) -> None:
    rows = tf.Variable(unit_rows(len(LABELS), 3))
    with tf.GradientTape() as tape:
        distance = mining.distances(rows)
        positive, negative = mining.masks(ops.convert_to_tensor(LABELS))
        difference = distance[:, :, None] - distance[:, None, :]
        each = tf.nn.softplus(difference) if margin == "soft" else tf.nn.relu(difference + margin)
        costs = each * tf.cast(positive[:, :, None] & negative[:, None, :], tf.float32)
        loss = tf.reduce_sum(costs) / tf.cast(tf.math.count_nonzero(costs), tf.float32)
    assert gradient_of("all", rows, LABELS, margin).numpy() == pytest.approx(
        tape.gradient(loss, rows).numpy(), abs=1e-6
    )


@pytest.mark.parametrize("kind", KINDS)
def test_the_gradient_points_where_the_loss_grows(kind: str) -> None:
    rows, step = unit_rows(len(LABELS), 4), 1e-3
    direction = unit_rows(len(LABELS), 5)
    ahead = brute_force.triplet_loss(kind, rows + step * direction, LABELS, "soft")
    behind = brute_force.triplet_loss(kind, rows - step * direction, LABELS, "soft")
    slope = float(np.sum(gradient_of(kind, rows, LABELS, "soft").numpy() * direction))
    assert slope == pytest.approx((ahead.value - behind.value) / (2 * step), abs=1e-4)


@pytest.mark.slow
@pytest.mark.parametrize("compiled", [False, True], ids=["graph", "XLA"])
@pytest.mark.parametrize("kind", KINDS)
def test_loss_and_gradient_are_the_same_when_compiled(kind: str, compiled: bool) -> None:
    def step(rows: Any) -> Any:
        with tf.GradientTape() as tape:
            tape.watch(rows)
            loss = loss_of(kind, rows, LABELS, 0.5).value
        return loss, tape.gradient(loss, rows)

    rows = tf.constant(unit_rows(len(LABELS), 6))
    loss, gradient = tf.function(step, jit_compile=compiled)(rows)
    expected_loss, expected_gradient = step(rows)
    assert float(loss) == pytest.approx(float(expected_loss), abs=1e-6)
    assert gradient.numpy() == pytest.approx(expected_gradient.numpy(), abs=1e-5)
