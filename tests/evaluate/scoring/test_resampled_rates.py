"""The resampled rates against the plain metrics of literally repeated comparisons."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.evaluate.scoring.resampled_rates import InterpolatedRates, ResampledRates
from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores
from components.shared.verification.resampling import draw_weights

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
    for resampled, exact in rates:
        for value, weight in zip(resampled, weights, strict=True):
            same = repeated(genuine, resampling.names, weight)
            other = repeated(impostor, resampling.names, weight)
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


def accepted(side: Scores, thresholds: np.ndarray) -> np.ndarray:
    """The comparisons of each identity accepted at each threshold."""
    below = side.distance[:, None] <= thresholds
    counts = [below[side.identity == name].sum(axis=0) for name in range(IDENTITIES)]
    return np.array(counts, np.float64)


def test_counts_at_every_threshold_give_the_rates_of_the_comparisons() -> None:
    rng = np.random.default_rng(1)
    genuine, impostor = scores(rng, 40, 2, 0.0), scores(rng, 60, 2, 1.0)
    exact = ResampledRates(genuine, impostor)
    distances = np.unique(np.concatenate([genuine.distance, impostor.distance]))
    thresholds = np.append(-np.inf, distances)
    rates = InterpolatedRates(
        exact.names, accepted(genuine, thresholds), accepted(impostor, thresholds)
    )
    weights = draw_weights(IDENTITIES, 20, seed=0)
    np.testing.assert_allclose(rates.eer(weights), exact.eer(weights), atol=1e-12)
    expected = exact.frr_at_far(weights, 0.1)
    np.testing.assert_allclose(rates.frr_at_far(weights, 0.1), expected, atol=1e-12)
    np.testing.assert_allclose(rates.auc(weights), exact.auc(weights), atol=1e-12)
