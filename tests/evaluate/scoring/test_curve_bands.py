"""Bands around a curve: what resampled identities have at each FAR."""

import numpy as np

from components.evaluate.scoring.curve_bands import FARS, band
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import frr_at_far
from components.shared.verification.resampling import draw_weights
from components.shared.verification.sampling import Bootstrap

BOOTSTRAP = Bootstrap(40, seed=3)
IDENTITIES = 6


def scores(count: int, mean: float, seed: int) -> Scores:
    generator = np.random.default_rng(seed)
    identity = np.arange(count) % IDENTITIES
    distance = generator.normal(mean + identity / 4, 1, count).round(
        1
    )  # with ties, and identities that differ
    return Scores(distance.astype(np.float32), identity.astype(np.int32))


SKILLED = Verification("skilled", 1, scores(60, 2, 0), scores(90, 3.5, 1))


def repeated(group: Scores, weights: np.ndarray) -> np.ndarray:
    return np.repeat(group.distance, weights[group.identity].astype(int))


def test_a_band_is_the_middle_of_what_copied_identities_have_at_each_far() -> None:
    around = band(SKILLED, BOOTSTRAP)
    assert around is not None
    everyone = draw_weights(IDENTITIES, BOOTSTRAP.resamplings, BOOTSTRAP.seed)
    rates = []
    for weights in everyone:
        genuine, impostor = repeated(SKILLED.genuine, weights), repeated(SKILLED.impostor, weights)
        rates.append([frr_at_far(genuine, impostor, far) for far in FARS])
    low, high = np.percentile(rates, (2.5, 97.5), axis=0)
    np.testing.assert_allclose([around.low, around.high], [low, high], atol=1e-12)
    assert (around.high - around.low).max() > 0.1


def test_there_is_no_band_where_nothing_can_be_resampled() -> None:
    assert band(SKILLED, Bootstrap(0)) is None
    genuine = Scores(SKILLED.genuine.distance, np.zeros_like(SKILLED.genuine.identity))
    impostor = Scores(SKILLED.impostor.distance, np.zeros_like(SKILLED.impostor.identity))
    assert band(Verification("skilled", 1, genuine, impostor), BOOTSTRAP) is None
