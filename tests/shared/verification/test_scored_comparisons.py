"""The conformance test of scored comparisons: every implementation answers alike, and rightly."""

from collections.abc import Callable

import numpy as np
import pytest

from components.evaluate.scoring.claim_blocks import ClaimBlocks
from components.evaluate.scoring.out_of_core import OutOfCoreScores
from components.evaluate.scoring.pair_blocks import PairBlocks
from components.shared.verification import error_rates
from components.shared.verification.comparisons import compare
from components.shared.verification.in_memory import InMemoryScores
from components.shared.verification.sampling import Draws
from components.shared.verification.scored_comparisons import ErrorCounts, ScoredComparisons
from tests.evaluate.scoring.synthetic import SMALL, data

FAR = 0.1
SOME = data([9, 1, 14, 2, 6, 12], [3, 5, 0, 20, 1, 7])
COMPARED = compare(*SOME, Draws(1))
GENUINE, IMPOSTOR = COMPARED.genuine, COMPARED.skilled


def in_memory() -> ScoredComparisons:
    return InMemoryScores(GENUINE, IMPOSTOR)


def from_claims() -> ScoredComparisons:
    claims = ClaimBlocks(*SOME, "skilled", Draws(1), size=SMALL)
    return OutOfCoreScores(claims, claims, FAR, seed=0)


def from_pairs() -> ScoredComparisons:
    claims = ClaimBlocks(*SOME, "skilled", Draws(1), size=SMALL)
    pairs = PairBlocks(*SOME, "skilled", SMALL)
    return OutOfCoreScores(claims, pairs, FAR, seed=0)


@pytest.fixture(params=[in_memory, from_claims, from_pairs], scope="module")
def scored(request: pytest.FixtureRequest) -> ScoredComparisons:
    make: Callable[[], ScoredComparisons] = request.param
    return make()


def test_its_names_are_the_claimed_identities_and_all_comparisons_count(
    scored: ScoredComparisons,
) -> None:
    assert scored.names.tolist() == [0, 2, 3, 4, 5]
    assert scored.n_pairs == len(GENUINE.distance) + len(IMPOSTOR.distance)


def test_its_rates_are_exact(scored: ScoredComparisons) -> None:
    sides = GENUINE.distance, IMPOSTOR.distance
    assert scored.eer() == error_rates.eer(*sides)
    assert scored.auc() == error_rates.auc(*sides)
    frr, threshold = scored.at_far(FAR)
    assert frr == error_rates.frr_at_far(*sides, FAR)
    assert error_rates.rates_at(*sides, threshold)[1] == frr


def test_a_rate_asked_twice_is_the_same(scored: ScoredComparisons) -> None:
    assert scored.eer() == scored.eer()
    for far in (FAR, 0.3, FAR):
        assert scored.at_far(far) == scored.at_far(far)


def test_an_identity_s_eer_is_that_of_its_own_comparisons(scored: ScoredComparisons) -> None:
    eers = scored.user_eers()
    assert set(eers) == {0, 3, 4, 5}  # identity 1 cannot be claimed, 2 is not forged
    for name, eer in eers.items():
        genuine = GENUINE.distance[GENUINE.identity == name]
        impostor = IMPOSTOR.distance[IMPOSTOR.identity == name]
        assert eer == error_rates.eer(genuine, impostor).rate


def test_its_curve_has_the_rates_of_all_comparisons_from_none_to_all(
    scored: ScoredComparisons,
) -> None:
    curve = scored.curve()
    assert (curve.far[0], curve.frr[0], curve.far[-1], curve.frr[-1]) == (0, 1, 1, 0)
    for i in range(0, len(curve.far), 97):
        rates = error_rates.rates_at(GENUINE.distance, IMPOSTOR.distance, curve.threshold[i])
        assert rates == pytest.approx((curve.far[i], curve.frr[i]), abs=1e-12)


def test_accepted_comparisons_are_counted_by_identity(scored: ScoredComparisons) -> None:
    thresholds = scored.curve().threshold[5::50]
    thresholds = np.append(thresholds, scored.curve().threshold[-1])
    accepted = scored.accepted(thresholds)
    assert accepted.probed is None
    for scores, counts in ((GENUINE, accepted.genuine), (IMPOSTOR, accepted.impostor)):
        for row, name in enumerate(scored.names):
            distance = scores.distance[scores.identity == name]
            expected = [(distance <= threshold).sum() for threshold in thresholds]
            assert counts[row].tolist() == expected


def test_errors_at_each_threshold_are_counted_by_identity(scored: ScoredComparisons) -> None:
    thresholds = [scored.eer().threshold, scored.at_far(0.05)[1]]
    for threshold, (accepted, rejected) in zip(thresholds, scored.errors(thresholds), strict=True):
        far, frr = error_rates.rates_at(GENUINE.distance, IMPOSTOR.distance, threshold)
        assert accepted.errors.sum() / accepted.trials.sum() == far
        assert rejected.errors.sum() / rejected.trials.sum() == frr
        assert accepted.trials.tolist() == [9 * 3, 2 * 20, 6 * 1, 12 * 7]
        assert rejected.trials.tolist() == [9 * 4, 7 * 13, 1, 3 * 5, 6 * 11]


def test_error_counts_leave_out_identities_without_a_trial() -> None:
    counts = ErrorCounts.of(np.array([0, 3, 3]), np.array([False, True, True]))
    assert (counts.errors.tolist(), counts.trials.tolist()) == ([0, 2], [1, 2])
