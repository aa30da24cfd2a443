"""The resampled rates against the plain metrics of literally repeated comparisons."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.evaluate.scoring.resampled_rates import ResampledRates
from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores
from components.shared.verification.resampling import draw_weights, interval

IDENTITIES = 5


def scores(rng: np.random.Generator, count: int, grid: int, shift: float) -> Scores:
    distance = np.round(rng.normal(shift, 1, count) * grid) / grid
    return Scores(distance.astype(np.float32), rng.integers(0, IDENTITIES, count).astype(np.int32))


def repeated(group: Scores, names: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """The comparisons of a resample, written out."""
    times = weights[np.searchsorted(names, group.identity)].astype(int)
    return np.repeat(group.distance, times)


@settings(deadline=None, max_examples=60)
@given(
    st.integers(0, 2**32 - 1), st.integers(1, 60), st.integers(1, 90), st.sampled_from([1, 3, 1000])
)
def test_every_resample_has_the_rates_of_its_repeated_comparisons(
    seed: int, n: int, m: int, grid: int
) -> None:
    rng = np.random.default_rng(seed)
    genuine, impostor = scores(rng, n, grid, 0.0), scores(rng, m, grid, 1.0)
    resampling = ResampledRates(genuine, impostor)
    weights = draw_weights(len(resampling.names), 8, seed)
    rates: list[tuple[np.ndarray, Callable[..., float]]] = [
        (resampling.eer(weights), lambda g, i: error_rates.eer(g, i).rate),
        (resampling.auc(weights), error_rates.auc),
        (resampling.frr_at_far(weights, 0.1), lambda g, i: error_rates.frr_at_far(g, i, 0.1)),
    ]
    for found, exact in rates:
        for value, drawn in zip(found, weights, strict=True):
            same, other = (
                repeated(group, resampling.names, drawn) for group in (genuine, impostor)
            )
            if len(same) and len(other):
                assert value == pytest.approx(exact(same, other), abs=1e-12)
            else:
                assert np.isnan(value)


def test_unit_weights_give_the_figure_itself_on_many_comparisons() -> None:
    rng = np.random.default_rng(0)
    genuine, impostor = scores(rng, 3_000, 10_000, 0.0), scores(rng, 50_000, 10_000, 2.0)
    resampling = ResampledRates(genuine, impostor)
    ones = np.ones((1, IDENTITIES))
    assert resampling.eer(ones)[0] == error_rates.eer(genuine.distance, impostor.distance).rate
    assert resampling.frr_at_far(ones, 0.01)[0] == error_rates.frr_at_far(
        genuine.distance, impostor.distance, 0.01
    )


def test_weights_draw_as_many_identities_as_there_are_and_repeat_for_a_seed() -> None:
    weights = draw_weights(7, 50, seed=1)
    assert (weights.sum(axis=1) == 7).all()
    assert len(np.unique(weights, axis=0)) > 40
    np.testing.assert_array_equal(weights, draw_weights(7, 50, seed=1))


def test_the_interval_leaves_out_two_and_a_half_percent_on_each_side() -> None:
    assert interval(np.arange(1001.0)) == (25.0, 975.0)
    assert interval(np.array([np.nan, 2.0])) == (2.0, 2.0)
    assert interval(np.array([np.nan])) is None
