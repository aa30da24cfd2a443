"""Estimates in words."""

import numpy as np

from benchmarks import words
from components.shared.verification.estimate import Estimate

RATE = Estimate(0.128, np.array([0.1, -0.1, 0.05, -0.05]))


def test_a_rate_stands_in_per_cent_with_its_interval() -> None:
    ends = RATE.rate_interval()
    assert ends
    assert words.rate(RATE) == f"12.8 ({100 * ends[0]:.1f}–{100 * ends[1]:.1f})"


def test_a_cost_stands_in_bits() -> None:
    assert words.cost(Estimate(0.5, np.zeros(5))) == "0.50 (0.50–0.50)"


def test_a_difference_has_a_sign() -> None:
    other = Estimate(0.15, RATE.influence)
    assert words.difference(RATE, other) == "-2.2 (-2.2 to -2.2)"
    assert words.difference(other, RATE) == "+2.2 (+2.2 to +2.2)"


def test_two_identities_have_no_interval() -> None:
    assert words.rate(Estimate(0.1, np.array([0.1, -0.1]))) == "10.0"
