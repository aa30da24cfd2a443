"""Bands around a curve: the interval of FRR at each FAR."""

import numpy as np
import pytest

from components.evaluate.scoring.confidence_intervals import frr_at_far
from components.evaluate.scoring.curve_bands import FARS, band
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores

IDENTITIES = 20


def scores(count: int, mean: float, seed: int) -> Scores:
    """Distances with ties, of identities that differ."""
    generator = np.random.default_rng(seed)
    identity = np.arange(count) % IDENTITIES
    distance = generator.normal(mean + identity / 12, 1, count).round(1)
    return Scores(distance.astype(np.float32), identity.astype(np.int32))


SKILLED = Verification("skilled", 1, scores(200, 2, 0), scores(300, 3.5, 1))


def test_a_band_is_the_interval_of_frr_at_each_far_and_holds_the_curve() -> None:
    around = band(SKILLED)
    assert around is not None
    assert (around.high - around.low).max() > 0.1
    for place in range(0, len(around.far), 7):
        far = float(around.far[place])
        interval = frr_at_far(SKILLED, far).rate_interval()
        assert (around.low[place], around.high[place]) == pytest.approx(interval)
        assert around.low[place] <= SKILLED.scored.at_far(far)[0] <= around.high[place]
    assert set(around.far) <= set(FARS)


def test_there_is_no_band_of_too_few_identities() -> None:
    genuine = Scores(SKILLED.genuine.distance, SKILLED.genuine.identity % 19)
    impostor = Scores(SKILLED.impostor.distance, SKILLED.impostor.identity % 19)
    assert band(Verification("skilled", 1, genuine, impostor)) is None
