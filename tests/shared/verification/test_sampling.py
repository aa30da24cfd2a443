"""The records that protocols share: what the bootstrap makes of its settings."""

import numpy as np
import pytest

from components.shared.verification.resampling import draw_weights
from components.shared.verification.sampling import Bootstrap


def test_the_resamples_are_those_of_the_number_and_the_seed() -> None:
    weights = Bootstrap(50, seed=1).weights(7)
    assert weights is not None
    np.testing.assert_array_equal(weights, draw_weights(7, 50, seed=1))


@pytest.mark.parametrize(("resamplings", "identities"), [(0, 7), (50, 1), (50, 0)])
def test_nothing_is_resampled_without_resamplings_or_identities(
    resamplings: int, identities: int
) -> None:
    assert Bootstrap(resamplings).weights(identities) is None


def test_the_ends_of_an_interval_stand_under_names_of_their_own() -> None:
    values = np.append(np.arange(1001.0), np.nan)
    assert Bootstrap(1).interval_of("eer", values) == {"eer_ci_low": 25.0, "eer_ci_high": 975.0}
    assert Bootstrap(1).interval_of("eer", np.array([np.nan])) == {}


def test_another_level_ends_the_interval_elsewhere() -> None:
    narrow = Bootstrap(1, level=(25.0, 75.0))
    assert narrow.interval(np.arange(1001.0)) == (250.0, 750.0)
