"""Pooled adjacent violators: by hand, by the min-max formula, and on millions of scores."""

import math

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression

from components.shared.verification.pooled_ratios import pool


def by_min_max(genuine: list[float], impostor: list[float]) -> dict[float, float]:
    """The LLR of each score: the largest over its own and lower scores, of the smallest over its
    own and higher ones, of the ratio between.
    """
    values = sorted({*genuine, *impostor})

    def ratio(low: float, high: float) -> float:
        same = sum(low <= each <= high for each in genuine) / len(genuine)
        other = sum(low <= each <= high for each in impostor) / len(impostor)
        return same / other if other else math.inf

    result = {}
    for value in values:
        lower = [each for each in values if each <= value]
        upper = [each for each in values if each >= value]
        best = max(min(ratio(low, high) for high in upper) for low in lower)
        result[value] = math.log(best) if best else -math.inf
    return result


def test_scores_in_the_wrong_order_share_a_ratio() -> None:
    blocks = pool([2, 4], [1, 3])
    assert blocks.start.tolist() == [1, 2, 4]
    assert blocks.llr.tolist() == [-math.inf, 0, math.inf]
    assert blocks.calibrate([1, 2, 2.5, 3, 3.9, 4]).tolist() == [-math.inf, 0, 0, 0, 0, math.inf]


def test_scores_below_and_above_all_that_were_seen_have_the_ratio_of_the_nearest() -> None:
    blocks = pool([1, 2], [1, 1, 1, 2])
    assert blocks.llr == pytest.approx([math.log(0.5 / 0.75), math.log(0.5 / 0.25)])
    assert blocks.calibrate([-5, 9]) == pytest.approx(blocks.llr)


def test_equal_scores_are_one_block_and_equal_ratios_are_pooled() -> None:
    assert pool([3, 3], [3]).start.tolist() == [3]
    assert pool([1, 2], [1, 2]).start.tolist() == [1]


def test_each_side_counts_alike_however_many_comparisons_it_has() -> None:
    few = pool([2, 4, 5], [1, 3, 4])
    many = pool([2, 4, 5], np.repeat([1, 3, 4], 50))
    np.testing.assert_array_equal(few.llr, many.llr)


@pytest.mark.parametrize("seed", range(20))
def test_ratios_are_those_of_the_min_max_formula(seed: int) -> None:
    rng = np.random.default_rng(seed)
    genuine = rng.integers(2, 9, rng.integers(1, 9)).tolist()
    impostor = rng.integers(0, 7, rng.integers(1, 9)).tolist()
    expected = by_min_max(genuine, impostor)
    assert pool(genuine, impostor).calibrate(list(expected)) == pytest.approx(
        list(expected.values())
    )


def test_ratios_are_those_of_scikit_learn_s_isotonic_regression() -> None:
    rng = np.random.default_rng(0)
    genuine, impostor = rng.normal(1, 1, 300).round(1), rng.normal(-1, 1, 2000).round(1)
    scores = np.concatenate([genuine, impostor])
    label = np.arange(2300) < 300
    share = IsotonicRegression().fit_transform(
        scores, label, sample_weight=np.where(label, 1 / 300, 1 / 2000)
    )
    with np.errstate(divide="ignore"):
        expected = np.log(share) - np.log1p(-share)
    np.testing.assert_allclose(pool(genuine, impostor).calibrate(scores), expected, atol=1e-9)


def test_the_blocks_hold_each_comparison_once_with_ascending_ratios() -> None:
    rng = np.random.default_rng(1)
    blocks = pool(rng.normal(1, 1, 500), rng.normal(size=100_000))
    assert blocks.genuine.sum() == pytest.approx(1)
    assert blocks.impostor.sum() == pytest.approx(1)
    assert (np.diff(blocks.llr) > 0).all()
    assert (np.diff(blocks.start) > 0).all()
