"""Segments of a ROC within bands, against the whole curve."""

import numpy as np
import pytest

from components.evaluate.scoring.claim_blocks import ClaimBlocks
from components.evaluate.scoring.pair_blocks import PairBlocks
from components.evaluate.scoring.roc_bands import (
    NOWHERE,
    Band,
    BandScores,
    RocSegment,
    gather,
    product_threads,
)
from components.shared.verification.comparisons import compare
from components.shared.verification.error_rates import rates_at
from components.shared.verification.sampling import Draws
from tests.evaluate.scoring.synthetic import KINDS, SMALL, data

SOME = data([12] * 20, [5] * 20)


def whole(genuine: list[float], impostor: list[float]) -> RocSegment:
    sides = [np.array(values, np.float32) for values in (genuine, impostor)]
    return RocSegment(*(BandScores(side, NOWHERE, NOWHERE, 0, len(side)) for side in sides))


def band(low: float, high: float) -> Band:
    return Band(np.float32(low), np.float32(high))


@pytest.mark.parametrize("kind", KINDS)
def test_a_segment_has_the_rates_of_all_comparisons_at_its_values(kind: str) -> None:
    scores = compare(*SOME, Draws(1))
    genuine, impostor = scores.genuine.distance, getattr(scores, kind).distance
    claims = ClaimBlocks(*SOME, kind, Draws(1), size=SMALL)
    with product_threads() as threads:
        low, high = gather(claims, [band(0.5, 0.8), band(1.0, 1.1)], threads)
    for segment, inside in ((low, (0.5, 0.8)), (high, (1.0, 1.1))):
        assert segment.genuine.total == len(genuine)
        for value in segment.impostor.value[:20]:
            assert inside[0] <= value <= inside[1]
            assert segment.rates(value) == rates_at(genuine, impostor, float(value))


def test_a_comparison_counts_as_often_as_it_weighs() -> None:
    some = data([12] * 20 + [1], [5] * 21)
    pairs = PairBlocks(*some, "random", SMALL)
    with product_threads() as threads:
        (segment,) = gather(pairs, [band(-1, 100)], threads)
    assert (len(segment.genuine.value), len(segment.impostor.value)) == pairs.totals
    exact = pairs.distances(*segment.impostor[:3])
    np.testing.assert_array_equal(np.sort(exact), np.sort(compare(*some, Draws(1)).random.distance))


def test_the_first_value_is_the_least_whose_rates_satisfy_a_condition() -> None:
    segment = whole([1, 2, 3], [2, 4, 5])
    assert segment.first(lambda far, frr: far >= frr) == 2
    assert segment.first(lambda far, _: far > 0.5) == 4
    assert segment.first(lambda far, _: far > 1) == np.inf


def test_a_band_around_values_reaches_their_neighbours() -> None:
    segment = whole([1, 2, 3], [2, 4, 5])
    assert segment.around(np.float32(3), np.float32(3), 0.25) == band(1.75, 4.25)
    assert segment.around(np.float32(1), np.float32(5), 0.25) == band(-np.inf, np.inf)
