"""Thinned curves keep what matters."""

import numpy as np

from components.shared.verification.error_rates import crossing, roc
from components.shared.verification.roc_thinning import MOST_POINTS, thin


def distances(count: int, mean: float, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).normal(mean, 1, count).astype(np.float32)


def test_a_thinned_curve_is_a_part_of_the_curve_with_both_ends() -> None:
    full = roc(distances(9_000, 4, 0), distances(70_000, 7, 1))
    few = thin(full)
    assert len(few.far) <= MOST_POINTS
    assert (few.far[0], few.frr[0], few.far[-1], few.frr[-1]) == (0, 1, 1, 0)
    rows = np.searchsorted(full.threshold, few.threshold)
    for ours, whole in zip(few, full, strict=True):
        np.testing.assert_array_equal(ours, whole[rows])
    assert crossing(few) == crossing(full)


def test_a_thinned_curve_keeps_points_at_low_rates() -> None:
    few = thin(roc(distances(9_000, 4, 0), distances(70_000, 7, 1)))
    for rate in (few.far, few.frr):
        assert ((rate > 1e-4) & (rate < 1e-2)).sum() > 20


def test_a_short_curve_is_kept_whole_and_separable_scores_are_no_trouble() -> None:
    short = roc([1, 2, 3], [2, 4])
    assert thin(short) is short
    separable = roc(np.arange(2_000), np.arange(3_000, 6_000))
    assert len(thin(separable).far) <= MOST_POINTS
