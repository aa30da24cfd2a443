"""Resamples of identities, and percentiles of what comes of them."""

import numpy as np

from components.shared.verification.resampling import draw_weights, interval


def test_weights_draw_as_many_identities_as_there_are_and_repeat_for_a_seed() -> None:
    weights = draw_weights(7, 50, seed=1)
    assert (weights.sum(axis=1) == 7).all()
    assert len(np.unique(weights, axis=0)) > 40
    np.testing.assert_array_equal(weights, draw_weights(7, 50, seed=1))


def test_the_interval_leaves_out_two_and_a_half_percent_on_each_side() -> None:
    assert interval(np.arange(1001.0)) == (25.0, 975.0)
    assert interval(np.array([np.nan, 2.0])) == (2.0, 2.0)
    assert interval(np.array([np.nan])) is None


def test_another_level_leaves_out_another_share() -> None:
    assert interval(np.arange(1001.0), level=(25.0, 75.0)) == (250.0, 750.0)
