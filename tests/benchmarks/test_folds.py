"""Folds of identities, and their comparisons in one pool."""

import numpy as np

from benchmarks import folds
from components.shared.verification import comparisons
from components.shared.verification.comparisons import Comparisons
from components.shared.verification.sampling import Draws, Labels

RANDOM = np.random.default_rng(0)
WRITERS = np.repeat(np.arange(7), 6)
LABELS = Labels(WRITERS, np.tile([False] * 4 + [True] * 2, 7))


def test_every_image_is_in_one_fold_with_all_others_of_its_identity() -> None:
    parts = list(folds.divide(LABELS, 3))
    assert np.array_equal(np.sum(parts, axis=0), np.ones(42))
    for part in parts:
        assert set(np.bincount(LABELS.identity[part])) <= {0, 6}
        assert len(set(LABELS.identity[part])) in (2, 3)


def test_a_pool_has_the_comparisons_of_all_folds_and_numbers_their_identities_on() -> None:
    parts = [_compare(first, count) for first, count in ((0, 2), (2, 3))]
    pooled = folds.pool(parts, "random")
    assert pooled.scored.names.tolist() == [0, 1, 2, 3, 4]
    # Of each fold's n identities: 6 pairs of 4 genuine images; 4 × 4 with each of n − 1 others.
    assert len(pooled.genuine.distance) == 5 * 6
    assert len(pooled.impostor.distance) == (2 * 1 + 3 * 2) * 16
    assert pooled.impostor.probe is not None
    same_fold = (pooled.impostor.identity < 2) == (pooled.impostor.probe < 2)
    assert same_fold.all()
    assert (pooled.impostor.identity != pooled.impostor.probe).all()


def test_the_rate_of_a_pool_of_one_fold_is_that_of_the_fold() -> None:
    fold = _compare(0, 7)
    pooled = folds.pool([fold], "skilled")
    assert np.array_equal(pooled.impostor.distance, fold.skilled.distance)
    assert np.array_equal(pooled.genuine.identity, fold.genuine.identity)


def _compare(first: int, count: int) -> Comparisons:
    """Compares noise for images of `count` identities."""
    rows = np.isin(WRITERS, range(first, first + count))
    labels = Labels(LABELS.identity[rows], LABELS.forged[rows])
    return comparisons.compare(RANDOM.normal(size=(rows.sum(), 3)), labels, Draws(references=1))
