"""Figures with their intervals: hand-derived cases, and how often simulated truths are covered."""

import math

import numpy as np
import pytest
from scipy.stats import t

from components.shared.verification.estimate import Estimate, reliability

VALUES = np.array([0.1, 0.2, 0.2, 0.3, 0.3, 0.4, 0.1, 0.2])


def mean_of(values: np.ndarray) -> Estimate:
    return Estimate(float(values.mean()), values - values.mean(), 0.001)


def test_the_standard_error_of_a_mean_is_the_text_book_s() -> None:
    expected = VALUES.std(ddof=1) / math.sqrt(len(VALUES))
    assert mean_of(VALUES).standard_error() == pytest.approx(expected)


def test_a_difference_has_student_s_interval_with_at_most_half_the_identities_as_degrees() -> None:
    even = np.array([-1.0, 1.0] * 6)  # no value stands out: the most degrees there are
    interval = Estimate(0.5, even).interval()
    assert interval is not None
    margin = t.ppf(0.975, 11 / 2) * math.sqrt(12 / (12 * 11))
    assert interval == pytest.approx((0.5 - margin, 0.5 + margin))


def test_an_identity_that_decides_the_variance_widens_the_interval() -> None:
    even = Estimate(0.0, np.array([-1.0, 1.0] * 6))
    single = np.full(12, -1 / 11)
    single[0] = 1.0
    single *= math.sqrt((even.influence**2).sum() / (single**2).sum())
    outlier = Estimate(0.0, single)
    assert outlier.standard_error() == pytest.approx(even.standard_error())
    wide, narrow = outlier.interval(), even.interval()
    assert wide is not None
    assert narrow is not None
    assert wide[1] > 1.3 * narrow[1]


def test_a_rate_s_interval_stays_within_0_and_1_and_holds_the_rate() -> None:
    for scale in (0.01, 0.1, 1.0, 4.0):
        estimate = Estimate(0.03, (VALUES - VALUES.mean()) * scale, 0.001)
        interval = estimate.rate_interval()
        assert interval is not None
        assert 0 <= interval[0] <= 0.03 <= interval[1] <= 1


def test_the_complement_of_a_rate_has_the_mirrored_interval() -> None:
    rate = mean_of(VALUES).rate_interval()
    complement = mean_of(VALUES).complement().rate_interval()
    assert rate is not None
    assert complement == pytest.approx((1 - rate[1], 1 - rate[0]))


def test_without_any_error_the_upper_end_lies_above_one_error() -> None:
    nothing = Estimate(0.0, np.zeros(40), resolution=1 / 5000)
    interval = nothing.rate_interval()
    assert interval is not None
    assert interval[0] == 0
    assert 1 / 5000 < interval[1] < 10 / 5000


def test_a_cost_s_interval_is_student_s_t_on_the_log_scale() -> None:
    even = np.array([-0.4, 0.4] * 6)
    interval = Estimate(0.5, even).cost_interval()
    assert interval is not None
    margin = t.ppf(0.975, 11 / 2) * 0.4 * math.sqrt(12 / (12 * 11)) / 0.5
    assert interval == pytest.approx((0.5 * math.exp(-margin), 0.5 * math.exp(margin)))


@pytest.mark.parametrize("scale", [0.01, 1.0, 1e6])
def test_a_cost_s_interval_stays_above_0_and_finite_and_holds_the_cost(scale: float) -> None:
    interval = Estimate(0.03, scale * (VALUES - VALUES.mean())).cost_interval()
    assert interval is not None
    assert 0 < interval[0] < 0.03 < interval[1] < math.inf


@pytest.mark.parametrize("cost", [0.0, math.inf])
def test_no_cost_at_all_and_an_infinite_one_have_no_interval(cost: float) -> None:
    assert Estimate(cost, np.zeros(12)).cost_interval() is None


@pytest.mark.parametrize("identities", [0, 1, 2])
def test_of_fewer_than_three_identities_there_is_no_interval(identities: int) -> None:
    estimate = Estimate(0.2, np.zeros(identities), 0.1)
    assert estimate.interval() is None
    assert estimate.rate_interval() is None
    assert estimate.cost_interval() is None
    assert estimate.ends("eer") == estimate.ends_of_difference("eer") == {}


def test_the_ends_are_named_after_the_figure() -> None:
    estimate = mean_of(VALUES)
    assert list(estimate.ends("eer")) == ["eer_ci_low", "eer_ci_high"]
    assert tuple(estimate.ends("eer").values()) == estimate.rate_interval()
    assert tuple(estimate.ends_of_difference("eer").values()) == estimate.interval()
    assert tuple(estimate.ends_of_cost("cllr").values()) == estimate.cost_interval()


def test_the_difference_of_a_figure_with_itself_is_exactly_zero() -> None:
    assert (mean_of(VALUES) - mean_of(VALUES)).interval() == (0.0, 0.0)


@pytest.mark.parametrize(("identities", "least"), [(11, 0.90), (55, 0.93)])
def test_the_share_of_errors_of_identities_that_differ_is_covered(
    identities: int, least: float
) -> None:
    """Shares are drawn from Beta(0.5, 4.5), of mean 0.1: most identities have hardly any error, a
    few have many.
    """
    rng = np.random.default_rng(0)
    hits = []
    for _ in range(1500):
        shares = rng.binomial(60, rng.beta(0.5, 4.5, identities)) / 60
        interval = Estimate(
            float(shares.mean()), shares - shares.mean(), 1 / (60 * identities)
        ).rate_interval()
        assert interval is not None
        hits.append(interval[0] <= 0.1 <= interval[1])
    assert np.mean(hits) >= least


def test_of_few_identities_it_is_said_how_far_intervals_hold() -> None:
    assert reliability(20) == []
    assert reliability(19)[0].startswith("Intervals rest on 19 identities")
    assert reliability(2) == ["No interval is given of fewer than 3 identities."]
