"""The error rates against hand-derived cases, loops and scikit-learn."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from components.shared.verification import error_rates

# A coarse grid makes ties, within and across the two kinds, the rule.
scores = st.lists(st.integers(0, 12).map(lambda i: i / 8), min_size=1, max_size=30)


def rates_by_loop(
    genuine: list[float], impostor: list[float], threshold: float
) -> tuple[float, float]:
    far = sum(d <= threshold for d in impostor) / len(impostor)
    frr = sum(d > threshold for d in genuine) / len(genuine)
    return far, frr


def eer_by_loop(genuine: list[float], impostor: list[float]) -> float:
    """Walks the polyline of operating points and intersects each segment with FAR = FRR."""
    points = [(0.0, 1.0)] + [
        rates_by_loop(genuine, impostor, t) for t in sorted({*genuine, *impostor})
    ]
    for (far, frr), (next_far, next_frr) in pairwise(points):
        if next_far >= next_frr:
            share = (frr - far) / ((frr - far) + (next_far - next_frr))
            return far + share * (next_far - far)
    raise AssertionError("the last point accepts everything")


def test_an_eer_reached_at_an_operating_point_is_that_points_rate() -> None:
    # threshold 0.3: one of four impostors accepted, one of four genuine rejected
    result = error_rates.eer([0.1, 0.2, 0.3, 0.6], [0.25, 0.5, 0.7, 0.8])
    assert result.rate == 0.25
    assert result.threshold == pytest.approx(0.4)  # the rates hold from 0.3 up to 0.5


def test_an_eer_between_two_operating_points_is_interpolated() -> None:
    # FAR, FRR: (0, 1) (0, ½) at 1, (⅓, ½) at 2, then (⅓, 0) at 3: they cross on the vertical step
    # at FAR = ⅓
    assert error_rates.eer([1, 3], [2, 4, 5]).rate == pytest.approx(1 / 3)
    # all at one distance: from (0, 1) to (1, 0) at once, crossing in the middle
    assert error_rates.eer([1, 1], [1, 1, 1]).rate == 0.5
    # (0, ½) at 1, then both remaining at 2: (1, 0); crossing after a third of the segment
    result = error_rates.eer([1, 2], [2])
    assert result.rate == pytest.approx(1 / 3)
    assert result.threshold == pytest.approx(1 + 1 / 3)


def test_separable_scores_have_no_error_and_a_threshold_in_the_gap() -> None:
    result = error_rates.eer([0.1, 0.2], [0.8, 0.9])
    assert result.rate == 0
    assert result.threshold == pytest.approx(0.5)


def test_reversed_scores_have_an_eer_of_one() -> None:
    assert error_rates.eer([0.8, 0.9], [0.1, 0.2]).rate == 1.0


def test_the_threshold_of_neighbouring_floats_keeps_its_rates() -> None:
    low = 1.0
    high = float(np.nextafter(low, 2))
    assert error_rates.rates_at([low], [high], error_rates.eer([low], [high]).threshold) == (
        0.0,
        0.0,
    )


def test_the_frr_at_a_far_is_the_least_one_allowed() -> None:
    genuine, impostor = [0.1, 0.4, 0.5, 0.9], [0.3, 0.6, 0.7, 0.8]
    assert error_rates.frr_at_far(genuine, impostor, 0) == 0.75
    assert error_rates.frr_at_far(genuine, impostor, 0.24) == 0.75
    assert error_rates.frr_at_far(genuine, impostor, 0.25) == 0.25
    assert error_rates.frr_at_far(genuine, impostor, 1) == 0.0


def test_the_frr_at_one_percent_allows_one_impostor_in_a_hundred() -> None:
    impostor = np.arange(100) / 100
    assert error_rates.frr_at_far([0.005, 0.015], impostor, 0.01) == 0.5


def test_the_auc_counts_a_tie_as_one_half() -> None:
    # pairs: 1<2 yes, 1<3 yes, 2=2 half, 2<3 yes
    assert error_rates.auc([1, 2], [2, 3]) == 3.5 / 4


def test_ties_of_both_sorts_at_the_crossing_are_one_step_of_the_roc() -> None:
    # FAR, FRR: (0, 1), (0, 3/4) at 1, then two genuine and one impostor at 2: (1/3, 1/4), then (1,
    # 0) at 3. They cross on the second step where t/3 = 3/4 − t/2, at t = 9/10.
    result = error_rates.eer([1, 2, 2, 3], [2, 3, 3])
    assert result.rate == pytest.approx(3 / 10)
    assert result.threshold == pytest.approx(1.9)
    assert error_rates.frr_at_far([1, 2, 2, 3], [2, 3, 3], 0.33) == 3 / 4
    assert error_rates.frr_at_far([1, 2, 2, 3], [2, 3, 3], 0.34) == 1 / 4
    # of 12 pairs 7 are in order (1 < all three, 2 < 3 twice for two), and 2·1 + 1·2 are ties
    assert error_rates.auc([1, 2, 2, 3], [2, 3, 3]) == (7 + 4 / 2) / 12


def test_scores_that_are_all_equal_tell_nothing() -> None:
    assert error_rates.auc([1, 1, 1], [1, 1]) == 0.5
    assert error_rates.eer([1, 1, 1], [1, 1]).rate == 0.5
    assert error_rates.frr_at_far([1, 1, 1], [1, 1], 0.99) == 1.0


def test_a_section_of_a_roc_is_that_part_of_the_whole_one() -> None:
    genuine, impostor = np.array([0.1, 0.4, 0.4, 0.5, 0.9]), np.array([0.3, 0.4, 0.6, 0.7])
    whole = error_rates.roc(genuine, impostor)
    part = error_rates.section(genuine[1:4], impostor[1:3], (1, 1), (5, 4))
    np.testing.assert_array_equal(part.threshold[1:], [0.4, 0.5, 0.6])
    inside = np.searchsorted(whole.threshold, part.threshold[1:])
    for ours, all_of_it in zip(part[1:], whole[1:], strict=True):
        np.testing.assert_array_equal(ours, all_of_it[[inside[0] - 1, *inside]])


def test_the_rates_at_a_threshold_accept_the_threshold_itself() -> None:
    assert error_rates.rates_at([0.1, 0.5, 0.6, 0.7], [0.5, 0.7], 0.5) == (0.5, 0.5)


@pytest.mark.parametrize("call", [error_rates.roc, error_rates.eer, error_rates.auc])
def test_empty_or_infinite_scores_are_refused(call: object) -> None:
    assert callable(call)
    with pytest.raises(ValueError, match="no genuine"):
        call([], [1.0])
    with pytest.raises(ValueError, match="no impostor"):
        call([1.0], [])
    with pytest.raises(ValueError, match="finite"):
        call([1.0, np.nan], [1.0])


def test_a_far_beyond_one_is_refused() -> None:
    with pytest.raises(ValueError, match="far"):
        error_rates.frr_at_far([1.0], [2.0], 1.5)


@given(scores, scores)
def test_the_roc_is_what_a_loop_counts(genuine: list[float], impostor: list[float]) -> None:
    curve = error_rates.roc(genuine, impostor)
    assert (curve.far[0], curve.frr[0], curve.far[-1], curve.frr[-1]) == (0, 1, 1, 0)
    assert np.isfinite(curve.threshold).all()
    assert (np.diff(curve.threshold) > 0).all()
    for threshold, far, frr in zip(*curve, strict=True):
        assert (far, frr) == rates_by_loop(genuine, impostor, threshold)
        assert (far, frr) == error_rates.rates_at(genuine, impostor, threshold)


@given(scores, scores)
def test_the_eer_is_what_a_walk_along_the_roc_finds(
    genuine: list[float], impostor: list[float]
) -> None:
    result = error_rates.eer(genuine, impostor)
    assert result.rate == pytest.approx(eer_by_loop(genuine, impostor), abs=1e-12)
    assert min(genuine + impostor) - 1e-9 <= result.threshold <= max(genuine + impostor)


@given(scores, scores, st.integers(0, 100))
def test_the_frr_at_a_far_is_the_least_over_all_thresholds(
    genuine: list[float], impostor: list[float], percent: int
) -> None:
    points = [(0.0, 1.0)] + [rates_by_loop(genuine, impostor, t) for t in {*genuine, *impostor}]
    least = min(frr for far, frr in points if far <= percent / 100)
    assert error_rates.frr_at_far(genuine, impostor, percent / 100) == least


@settings(deadline=None)
@given(scores, scores)
def test_roc_and_auc_agree_with_scikit_learn(genuine: list[float], impostor: list[float]) -> None:
    from sklearn.metrics import roc_auc_score, roc_curve

    truth = [1] * len(genuine) + [0] * len(impostor)
    likeness = [-d for d in genuine + impostor]
    assert error_rates.auc(genuine, impostor) == pytest.approx(
        roc_auc_score(truth, likeness), abs=1e-12
    )
    far, tpr, _ = roc_curve(truth, likeness, drop_intermediate=False)
    curve = error_rates.roc(genuine, impostor)
    np.testing.assert_allclose(curve.far, far, atol=1e-12)
    np.testing.assert_allclose(1 - curve.frr, tpr, atol=1e-12)


@settings(deadline=None)
@given(scores, scores, st.integers(0, 100))
def test_eer_and_frr_at_a_far_are_those_of_scikit_learns_curve(
    genuine: list[float], impostor: list[float], percent: int
) -> None:
    from sklearn.metrics import roc_curve

    truth = [1] * len(genuine) + [0] * len(impostor)
    far, tpr, _ = roc_curve(truth, [-d for d in genuine + impostor], drop_intermediate=False)
    allowed = tpr[far <= percent / 100].max()
    assert error_rates.frr_at_far(genuine, impostor, percent / 100) == pytest.approx(
        1 - allowed, abs=1e-12
    )
    # far + tpr − 1 grows along the curve, from −1 to 1
    rate = error_rates.eer(genuine, impostor).rate
    assert rate == pytest.approx(np.interp(0, far + tpr - 1, far), abs=1e-12)


@given(scores, scores)
def test_sorted_distances_have_the_same_rate_and_area_by_looking_at_few(
    genuine: list[float], impostor: list[float]
) -> None:
    same, other = np.sort(genuine), np.sort(impostor)
    assert error_rates.eer_of_sorted(same, other) == error_rates.eer(genuine, impostor).rate
    lost = sum(error_rates.losses(same[part::3], other) for part in range(3))
    assert 1 - lost / (2 * len(same) * len(other)) == pytest.approx(
        error_rates.auc(genuine, impostor), abs=1e-12
    )
