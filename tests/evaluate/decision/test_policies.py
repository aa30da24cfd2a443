"""Policies on likelihood ratios: by hand, and by trying all limits."""

import numpy as np
import pytest

from components.evaluate.decision.policies import ReviewRates, at_far, equal_error, rates, review
from components.shared.verification import error_rates
from components.shared.verification.decision_limits import Limits

RATES = (0, 0.05, 0.1, 0.25, 0.5, 1)


def sides(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """A few LLRs with many ties."""
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, 14, 2)
    return rng.integers(-2, 7, sizes[0]) * 1.0, rng.integers(-6, 3, sizes[1]) * 1.0


def candidates(genuine: np.ndarray, impostor: np.ndarray) -> list[float]:
    """All limits that differ in what they accept: at each LLR, and above all."""
    seen = np.unique(np.concatenate([genuine, impostor]))
    return [*seen.tolist(), float(seen[-1]) + 1]


@pytest.mark.parametrize("seed", range(30))
@pytest.mark.parametrize(("far", "frr"), [(0, 0), (0.05, 0.1), (0.25, 0), (0.1, 0.5), (1, 0)])
def test_no_limits_that_keep_the_error_rates_leave_less_to_a_person(
    seed: int, far: float, frr: float
) -> None:
    genuine, impostor = sides(seed)
    found = rates(genuine, impostor, review(genuine, impostor, far, frr))
    assert found.far <= far
    assert found.frr <= frr
    for low in candidates(genuine, impostor):
        for high in candidates(genuine, impostor):
            other = rates(genuine, impostor, Limits(low, high))
            if low <= high and other.far <= far and other.frr <= frr:
                assert found.genuine <= other.genuine
                assert found.impostor <= other.impostor


def test_the_review_band_by_hand() -> None:
    genuine, impostor = [-1, 2, 3, 4, 5], [-4, -3, 0, 2, 2, 4]
    limits = review(genuine, impostor, far=1 / 6, frr=0.2)
    # 4 alone of the impostors may pass, not both 2; of the genuine −1 alone may be rejected
    assert limits == Limits(2, 3)
    assert rates(genuine, impostor, limits) == ReviewRates(1 / 6, 1 / 5, 1 / 5, 2 / 6)


def test_where_one_limit_is_enough_it_is_in_the_middle_and_nothing_is_reviewed() -> None:
    limits = review([1, 6, 7], [-5, -4, 0], far=0, frr=0)
    assert limits == Limits.single(1)
    assert review([1, 6, 7], [-5, -4, 0], far=1 / 3, frr=1 / 3) == Limits.single((6 + 0) / 2)


def test_a_share_of_claims_is_reviewed_that_depends_on_the_prior() -> None:
    found = ReviewRates(far=0, frr=0, genuine=0.1, impostor=0.3)
    assert found.reviewed(0.5) == pytest.approx(0.2)
    assert found.reviewed(0.01) == pytest.approx(0.102)


@pytest.mark.parametrize("seed", range(30))
def test_the_limit_for_a_far_is_the_least_that_keeps_it(seed: int) -> None:
    genuine, impostor = sides(seed)
    for far in RATES:
        limit = at_far(genuine, impostor, far)
        found = rates(genuine, impostor, limit)
        assert found.far <= far
        kept = []
        for other in candidates(genuine, impostor):
            each = rates(genuine, impostor, Limits.single(other))
            kept += [each.frr] if each.far <= far else []
        assert found.frr == min(kept)
        assert found.frr == error_rates.frr_at_far(-genuine, -impostor, far)


@pytest.mark.parametrize("seed", range(30))
def test_the_limit_of_equal_error_is_that_of_the_equal_error_rate(seed: int) -> None:
    genuine, impostor = sides(seed)
    limits = equal_error(genuine, impostor)
    eer = error_rates.eer(-genuine, -impostor)
    assert limits == Limits.single(-eer.threshold)
    found = rates(genuine, impostor, limits)
    assert min(found.far, found.frr) <= eer.rate <= max(found.far, found.frr)


@pytest.mark.parametrize("side", [[], [np.nan], [np.inf]])
def test_empty_sides_and_values_that_are_not_finite_are_refused(side: list[float]) -> None:
    with pytest.raises(ValueError, match="genuine distances"):
        review(side, [0.0], 0.1, 0.1)
