"""Limits of a decision: what they accept, and what costs and prior make of them."""

import math

import numpy as np
import pytest

from components.shared.verification.decision_limits import Costs, Limits


def test_a_ratio_at_the_upper_limit_is_accepted_and_one_at_the_lower_is_not_rejected() -> None:
    llr = [-2, -1, 0, 1, 2]
    limits = Limits(-1, 1)
    assert limits.accepted(llr).tolist() == [False, False, False, True, True]
    assert limits.rejected(llr).tolist() == [True, False, False, False, False]
    assert limits.reviewed(llr).tolist() == [False, True, True, False, False]


def test_a_single_limit_leaves_nothing_to_a_person() -> None:
    limits = Limits.single(0.5)
    llr = np.array([-math.inf, 0.4, 0.5, 0.6, math.inf])
    assert not limits.reviewed(llr).any()
    np.testing.assert_array_equal(limits.accepted(llr), ~limits.rejected(llr))


def test_equal_costs_and_even_odds_accept_what_speaks_for_a_genuine_claim() -> None:
    assert Costs(1, 1, 0.5).threshold() == 0
    assert Costs(3, 3, 0.5).threshold() == 0


def test_dear_acceptances_and_many_impostors_raise_the_limit() -> None:
    assert Costs(10, 1, 0.5).threshold() == pytest.approx(math.log(10))
    assert Costs(1, 1, 0.9).threshold() == pytest.approx(math.log(9))
    assert Costs(10, 1, 1 / 11).threshold() == pytest.approx(0)


@pytest.mark.parametrize("costs", [Costs(10, 1, 0.01), Costs(1, 2, 0.3), Costs(100, 1, 0.5)])
def test_no_other_limit_costs_less_where_ratios_are_what_they_say(costs: Costs) -> None:
    """N(1, 1) against N(−1, 1): the LLR is 2x, that is N(2, 4) against N(−2, 4)."""
    from statistics import NormalDist

    genuine, impostor = NormalDist(2, 2), NormalDist(-2, 2)

    def cost(limit: float) -> float:
        return costs.expected(far=1 - impostor.cdf(limit), frr=genuine.cdf(limit))

    limits = np.linspace(-8, 8, 1601)
    best = limits[np.argmin([cost(limit) for limit in limits])]
    assert best == pytest.approx(costs.threshold(), abs=0.011)
    assert cost(costs.threshold()) < costs.without_evidence()


def test_without_evidence_the_cheaper_of_accepting_and_rejecting_all_is_done() -> None:
    assert Costs(10, 1, 0.01).without_evidence() == pytest.approx(0.1)
    assert Costs(1000, 1, 0.01).without_evidence() == pytest.approx(0.99)


@pytest.mark.parametrize("costs", [Costs(0, 1, 0.5), Costs(1, -1, 0.5), Costs(1, 1, 0)])
def test_costs_and_priors_without_meaning_are_refused(costs: Costs) -> None:
    with pytest.raises(ValueError, match="costs must be positive"):
        costs.threshold()
