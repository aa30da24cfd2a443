"""Cllr and its parts: by hand, by brute force, and how often the interval holds the truth."""

import math
from collections.abc import Callable

import numpy as np
import pytest

from components.shared.verification.likelihood_ratio import (
    Evidence,
    calibration_loss,
    cllr,
    cllr_min,
    cross_entropy,
    figures,
    of_cllr,
)
from components.shared.verification.pooled_ratios import pool

IDENTITIES = 12
STEP = 1e-5


def test_an_answer_that_never_says_anything_costs_one_bit() -> None:
    assert cllr([0, 0, 0], [0]) == pytest.approx(1)


def test_the_cost_is_worked_out_by_hand() -> None:
    genuine = [math.log(3), math.log(1 / 3)]  # log2(4/3) and log2(4) bits
    impostor = [math.log(7)]  # log2(8) = 3 bits
    assert cllr(genuine, impostor) == pytest.approx(((math.log2(4 / 3) + 2) / 2 + 3) / 2)


def test_both_sides_count_one_half_however_many_comparisons_they_have() -> None:
    assert cllr([1, 2] * 40, [-1, 0.5]) == pytest.approx(cllr([1, 2], [-1, 0.5]))


def test_infinite_ratios_cost_nothing_where_they_are_right_and_all_where_they_mislead() -> None:
    assert cllr([math.inf], [-math.inf]) == 0
    assert cllr([math.inf], [0, math.inf]) == math.inf
    assert cllr([1e4], [-1e4]) == 0
    assert cllr([-1e4], [0]) == pytest.approx((1e4 / math.log(2) + 1) / 2)


@pytest.mark.parametrize("measure", [cllr, cllr_min, calibration_loss])
def test_empty_sides_and_nan_are_refused(
    measure: Callable[[list[float], list[float]], float],
) -> None:
    with pytest.raises(ValueError, match="no impostor likelihood ratios"):
        measure([1.0], [])
    with pytest.raises(ValueError, match="genuine likelihood ratios hold NaN"):
        measure([math.nan], [1.0])


def test_the_least_cost_is_that_of_the_pooled_ratios() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        genuine, impostor = rng.integers(2, 9, 7), rng.integers(0, 7, 9)
        blocks = pool(genuine, impostor)
        expected = cllr(blocks.calibrate(genuine), blocks.calibrate(impostor))
        assert cllr_min(genuine, impostor) == pytest.approx(expected)


def test_the_least_cost_of_a_pool_of_three_scores_by_hand() -> None:
    # 2 and 3 are in the wrong order: LR 1 for both, where each costs a bit; 1 and 4 cost nothing.
    assert cllr_min([2, 4], [1, 3]) == pytest.approx(1 / 2)


def test_no_monotone_map_costs_less_and_the_loss_is_the_difference() -> None:
    rng = np.random.default_rng(1)
    genuine, impostor = rng.normal(1, 1, 40), rng.normal(-1, 1, 60)
    least = cllr_min(genuine, impostor)
    for slope in (0.5, 1, 2, 4):
        for offset in (-1, 0, 1):
            same, other = slope * genuine + offset, slope * impostor + offset
            assert cllr_min(same, other) == pytest.approx(least)
            assert cllr(same, other) >= least
            assert calibration_loss(same, other) == pytest.approx(cllr(same, other) - least)


@pytest.mark.parametrize(("genuine", "impostor", "least"), [([5], [1], 0), ([1], [5], 1)])
def test_perfect_order_leaves_no_cost_and_the_wrong_one_a_bit(
    genuine: list[int], impostor: list[int], least: float
) -> None:
    assert cllr_min(genuine, impostor) == least


def test_ratios_of_known_densities_have_hardly_a_loss() -> None:
    rng = np.random.default_rng(2)  # N(1, 1) against N(−1, 1): the LLR is 2x
    genuine, impostor = 2 * rng.normal(1, 1, 20_000), 2 * rng.normal(-1, 1, 20_000)
    assert calibration_loss(genuine, impostor) < 0.01
    assert calibration_loss(genuine + 1.5, impostor + 1.5) > 0.08


def test_the_cross_entropy_at_even_odds_is_cllr_and_without_evidence_the_prior_s_entropy() -> None:
    genuine, impostor = [1.0, 3.0, -0.5], [-2.0, 0.3]
    assert cross_entropy(genuine, impostor, [0.0]) == pytest.approx([cllr(genuine, impostor)])
    share = 0.2
    entropy = -share * math.log2(share) - (1 - share) * math.log2(1 - share)
    assert cross_entropy([0], [0], [math.log(share / (1 - share))]) == pytest.approx([entropy])


def test_the_cross_entropy_is_the_mean_uncertainty_about_the_truth() -> None:
    genuine, impostor, share = [1.0, 3.0], [-2.0, 0.3, 0.1], 0.3
    odds = math.log(share / (1 - share))

    def probability(llr: float) -> float:
        return 1 / (1 + math.exp(-(llr + odds)))

    same = [-math.log2(probability(llr)) for llr in genuine]
    other = [-math.log2(1 - probability(llr)) for llr in impostor]
    expected = share * sum(same) / 2 + (1 - share) * sum(other) / 3
    assert cross_entropy(genuine, impostor, [odds]) == pytest.approx([expected])


def population(
    identities: int, rng: np.random.Generator, random: bool
) -> tuple[Evidence, Evidence]:
    """LLRs of writers with a place of their own; those of two writers depend on both."""
    place = rng.normal(0, 1, identities)
    owner = np.repeat(np.arange(identities), 15)
    genuine = Evidence(2 + place[owner] + rng.normal(size=len(owner)), owner)
    if not random:
        forged = -2 + place[owner] * 0.7 + rng.normal(0, 1.4, identities)[owner]
        return genuine, Evidence(forged + rng.normal(size=len(owner)), owner)
    claimed, probe = np.nonzero(~np.eye(identities, dtype=bool))
    llr = -3 + 0.7 * place[claimed] + 0.7 * place[probe] + rng.normal(size=len(claimed))
    return genuine, Evidence(llr, claimed, probe)


def weighted(genuine: Evidence, impostor: Evidence, weights: np.ndarray) -> float:
    """Cllr where each identity weighs so much: a comparison of two weighs the product."""
    weight = weights[impostor.identity]
    if impostor.probe is not None:
        weight = weight * weights[impostor.probe]
    own = weights[genuine.identity]
    missed = (own * np.log2(1 + np.exp(-genuine.llr))).sum() / own.sum()
    return float(missed + (weight * np.log2(1 + np.exp(impostor.llr))).sum() / weight.sum()) / 2


@pytest.mark.parametrize("random", [False, True])
def test_influence_is_the_derivative_by_each_identity_s_weight(random: bool) -> None:
    genuine, impostor = population(IDENTITIES, np.random.default_rng(3), random)
    estimate = of_cllr(genuine, impostor)
    assert estimate.value == pytest.approx(cllr(genuine.llr, impostor.llr))
    for name in range(IDENTITIES):
        step = np.zeros(IDENTITIES)
        step[name] = STEP
        slope = weighted(genuine, impostor, 1 + step) - weighted(genuine, impostor, 1 - step)
        expected = IDENTITIES * slope / (2 * STEP)
        assert estimate.influence[name] == pytest.approx(expected, abs=1e-6)


def test_identities_need_not_be_numbered_without_gaps() -> None:
    genuine, impostor = population(IDENTITIES, np.random.default_rng(4), True)
    assert impostor.probe is not None
    expected = of_cllr(genuine, impostor)
    apart = Evidence(impostor.llr, 7 * impostor.identity, 7 * impostor.probe)
    found = of_cllr(genuine._replace(identity=7 * genuine.identity), apart)
    np.testing.assert_array_equal(found.influence, expected.influence)


def test_the_figures_are_named_in_their_group_and_only_cllr_has_an_interval() -> None:
    genuine, impostor = population(IDENTITIES, np.random.default_rng(5), False)
    group = "verification/skilled/refs_5"
    assert figures(group, genuine, impostor) == {
        f"{group}/cllr": cllr(genuine.llr, impostor.llr),
        **of_cllr(genuine, impostor).ends_of_cost(f"{group}/cllr"),
        f"{group}/cllr_min": cllr_min(genuine.llr, impostor.llr),
        f"{group}/calibration_loss": calibration_loss(genuine.llr, impostor.llr),
    }


def test_an_infinite_cost_is_no_figure() -> None:
    one = np.zeros(1, int)
    certain = Evidence(np.array([math.inf]), one)
    assert figures("g", certain, certain) == {"g/cllr_min": 1}


@pytest.mark.slow
@pytest.mark.parametrize("random", [False, True])
def test_the_interval_of_cllr_holds_the_truth_as_often_as_it_says(random: bool) -> None:
    """As those of error rates: 93 % with 72 and 55 identities, 90 % with 11, within what 500 draws
    can tell.
    """
    many = [population(1500, np.random.default_rng(seed), random) for seed in (1000, 1001)]
    truth = float(np.mean([of_cllr(*each).value for each in many]))
    rng = np.random.default_rng(0)
    for identities, least in ((72, 0.93), (55, 0.93), (11, 0.90)):
        hits = []
        for _ in range(500):
            low, high = of_cllr(*population(identities, rng, random)).cost_interval() or (0, 0)
            hits.append(low <= truth <= high)
        assert np.mean(hits) >= least - 0.02, identities
