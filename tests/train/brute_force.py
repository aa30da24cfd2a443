"""The losses as their definitions read, in loops over float64; the oracle of several tests."""

import itertools
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Labels = NDArray[np.int32]


class Expected(NamedTuple):
    """The loss and the fraction of the mined triplets whose loss is above 0."""

    value: float
    active: float


def triplet_loss(
    kind: str,
    rows: Floats,
    labels: Labels,
    margin: float | str,
    metric: str = "euclidean",
    memory: tuple[Floats, Labels] | None = None,
) -> Expected:
    """Computes the loss of a batch, with a memory all of whose places are filled."""
    earlier, earlier_labels = memory if memory else (rows[:0], labels[:0])
    everything = np.concatenate([rows, earlier]).astype(float)
    names = np.concatenate([labels, earlier_labels])

    def d(i: int, j: int) -> float:
        square = float(((everything[i] - everything[j]) ** 2).sum())
        return square if metric == "squared" else square**0.5

    costs = []
    for a in range(len(rows)):
        positives = [d(a, p) for p in range(len(rows)) if p != a and labels[p] == labels[a] >= 0]
        negatives = [d(a, n) for n in range(len(everything)) if names[n] != labels[a]]
        if labels[a] >= 0 and positives and negatives:
            costs += [_cost(ap, an, margin) for ap, an in _mined(kind, positives, negatives)]
    active = [cost for cost in costs if cost > 0]
    averaged = active if kind == "all" else costs
    return Expected(float(np.mean(averaged)) if averaged else 0.0, len(active) / max(len(costs), 1))


def _mined(kind: str, positives: list[float], negatives: list[float]) -> list[tuple[float, float]]:
    if kind == "hard":
        return [(max(positives), min(negatives))]
    if kind == "all":
        return list(itertools.product(positives, negatives))
    pairs = []
    for ap in positives:
        beyond = [an for an in negatives if an > ap]
        pairs.append((ap, min(beyond, default=max(negatives))))
    return pairs


def _cost(ap: float, an: float, margin: float | str) -> float:
    if margin == "soft":
        return float(np.log1p(np.exp(ap - an)))
    return max(0.0, ap - an + float(margin))


def unit_rows(count: int, seed: int, size: int = 16) -> Floats:
    """Random embeddings, float32 [count, size]."""
    rows = np.random.default_rng(seed).normal(size=(count, size)).astype(np.float32)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)
