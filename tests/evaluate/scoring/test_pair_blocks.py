"""Pairs of images cut into blocks, against all comparisons at once."""

import numpy as np
import pytest

from components.evaluate.scoring.pair_blocks import PairBlocks
from components.shared.verification import comparisons
from components.shared.verification.sampling import Draws
from tests.evaluate.scoring.synthetic import KINDS, SMALL, data

SOME = data([20, 1, 45, 2, 1, 9], [3, 5, 0, 50, 1, 7])


@pytest.mark.parametrize("kind", KINDS)
def test_the_blocks_hold_every_comparison_once(kind: str) -> None:
    scores = comparisons.compare(*SOME, Draws(1))
    expected = scores.genuine.distance, getattr(scores, kind).distance
    pairs = PairBlocks(*SOME, kind, SMALL)
    computed: tuple[list[float], list[float]] = ([], [])
    for number, block in enumerate(pairs.blocks):
        for distances, side in zip(computed, pairs.score_block(block), strict=True):
            position = np.arange(len(side.value)) if side.position is None else side.position
            exact = pairs.distances(side.value, np.full(len(position), number), position)
            np.testing.assert_allclose(exact**2, side.value, atol=pairs.error_bound)
            distances.extend(np.repeat(exact, side.weight).tolist())
    for distances, all_of_them in zip(computed, expected, strict=True):
        in_order = np.sort(np.array(distances, np.float32))
        np.testing.assert_array_equal(in_order, np.sort(all_of_them))
    assert pairs.totals == tuple(len(all_of_them) for all_of_them in expected)


@pytest.mark.parametrize("kind", KINDS)
def test_no_block_is_larger_than_the_size_says(kind: str) -> None:
    pairs = PairBlocks(*SOME, kind, SMALL)
    for block in pairs.blocks:
        assert len(block.rows) <= SMALL.rows
        assert len(block.columns) <= SMALL.columns


def cells(pairs: PairBlocks) -> int:
    return sum(len(block.rows) * len(block.columns) for block in pairs.blocks)


def test_a_subsample_compares_some_rows_with_some_columns_of_every_block() -> None:
    pairs = PairBlocks(*data([12] * 40, [0] * 40), "random", SMALL)
    some = pairs.subsample(2)
    assert cells(some) == pytest.approx(cells(pairs) / 4, rel=0.05)
    images: set[int] = set()
    for block in some.blocks:
        images.update(block.rows, block.columns)
    assert images == set(range(len(pairs)))
