"""Mining and loss against brute-force loops, and where there is nothing to mine."""

import keras
import numpy as np
import pytest
from numpy.typing import NDArray

from components.train import mining
from components.train.loss import TripletLoss, triplet_loss

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


def unit_rows(count: int, seed: int) -> Floats:
    rows = np.random.default_rng(seed).normal(size=(count, 16)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def brute_force(kind: str, rows: Floats, labels: Labels, margin: float | str) -> float:
    def d(i: int, j: int) -> float:
        return float(np.linalg.norm(rows[i].astype(float) - rows[j].astype(float)))

    def cost(ap: float, an: float) -> float:
        return float(np.log1p(np.exp(ap - an))) if margin == "soft" else max(0.0, ap - an + float(margin))

    costs = []
    everyone = range(len(rows))
    for a in everyone:
        positives = [p for p in everyone if p != a and labels[p] == labels[a] >= 0]
        negatives = [n for n in everyone if labels[n] != labels[a]]
        if labels[a] < 0 or not positives or not negatives:
            continue
        if kind == "hard":
            costs.append(cost(max(d(a, p) for p in positives), min(d(a, n) for n in negatives)))
            continue
        for p in positives:
            beyond = [d(a, n) for n in negatives if d(a, n) > d(a, p)]
            costs.append(cost(d(a, p), min(beyond) if beyond else max(d(a, n) for n in negatives)))
    return float(np.mean(costs)) if costs else 0.0


@pytest.mark.parametrize("kind", ["semi-hard", "hard"])
@pytest.mark.parametrize("margin", [0.2, 1.0, "soft"])
@pytest.mark.parametrize("seed", range(3))
def test_the_loss_equals_a_brute_force_loop(kind: str, margin: float, seed: int) -> None:
    labels = np.array([0, 0, 0, 1, 1, 1, 2, 2, 2, 5, -1, -1, -1], np.int32)
    rows = unit_rows(len(labels), seed)
    loss = TripletLoss(kind, margin, positives=2)(labels, rows)
    assert float(loss) == pytest.approx(brute_force(kind, rows, labels, margin), abs=1e-5)


@pytest.mark.parametrize("kind", ["semi-hard", "hard"])
@pytest.mark.parametrize(
    "labels",
    [[0, 0, 0, 0], [0, 1, 2, 3], [-1, -1, -1, -1]],
    ids=["no negative", "no positive", "forgeries alone"],
)
def test_a_batch_with_nothing_to_mine_costs_nothing(kind: str, labels: list[int]) -> None:
    assert float(TripletLoss(kind, 0.5, positives=3)(np.array(labels, np.int32), unit_rows(4, 0))) == 0.0


@pytest.mark.parametrize("kind", ["semi-hard", "hard"])
def test_gradients_are_finite_where_images_are_equal(kind: str) -> None:
    import tensorflow as tf

    rows = tf.Variable(np.repeat(unit_rows(2, 0), 3, axis=0))
    labels = np.array([0, 0, 0, 1, 1, -1], np.int32)
    with tf.GradientTape() as tape:
        loss = TripletLoss(kind, "soft", positives=2)(labels, rows)
    assert np.isfinite(tape.gradient(loss, rows).numpy()).all()


def test_a_forgery_is_a_negative_for_every_anchor_and_never_an_anchor() -> None:
    positive, negative = (np.asarray(mask) for mask in mining.masks(keras.ops.convert_to_tensor([0, 0, 1, -1])))
    assert positive.tolist() == [[False, True, False, False], [True, False, False, False], [False] * 4, [False] * 4]
    assert negative.tolist() == [
        [False, False, True, True],
        [False, False, True, True],
        [True, True, False, True],
        [False] * 4,
    ]


def test_semi_hard_takes_the_nearest_negative_beyond_the_positive_or_else_the_farthest() -> None:
    # Anchor 0 with its positive at 0.4: negatives at 0.3, 0.5 and 0.9; anchor 1 (positive at 0.4) has none beyond.
    distance = np.full((5, 5), 2.0, np.float32)
    distance[0] = [0, 0.4, 0.3, 0.5, 0.9]
    distance[1] = [0.4, 0, 0.1, 0.3, 0.2]
    labels = np.array([0, 0, 1, 2, 3], np.int32)
    triplets = mining.semi_hard(keras.ops.convert_to_tensor(distance), keras.ops.convert_to_tensor(labels), positives=1)
    assert np.asarray(triplets.negative)[:2, 0] == pytest.approx([0.5, 0.3])
    assert np.asarray(triplets.valid)[:, 0].tolist() == [1, 1, 0, 0, 0]
    assert float(triplet_loss(triplets, 0.2)) == pytest.approx((0.1 + 0.3) / 2)
