"""The strongest floor, and rates as counts."""

import pytest

from components.shared.verification.floors import (
    Verdict,
    counts,
    outcome,
    rates_at_threshold,
    strongest_floor,
)

UNTRAINED, HOG = "floor/untrained/skilled/refs_1/eer", "floor/hog/skilled/refs_1/eer"
FLOORS = {UNTRAINED: 0.346, f"{UNTRAINED}_difference_ci_high": -0.08, HOG: 0.293}


def test_the_strongest_floor_is_the_one_with_the_lowest_error_rate() -> None:
    floor = strongest_floor(FLOORS, "skilled")
    assert floor is not None
    assert (floor.name, floor.key) == ("HOG", HOG)
    assert strongest_floor(FLOORS, "random") is None


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.09, -0.01, Verdict.BEATEN),
        (-0.09, 0.0, Verdict.OPEN),
        (-0.09, 0.02, Verdict.OPEN),
        (0.01, 0.02, Verdict.BETTER),
        (None, None, Verdict.UNKNOWN),
    ],
)
def test_a_floor_is_beaten_only_where_the_whole_interval_of_the_difference_is_below_zero(
    low: float | None, high: float | None, verdict: Verdict
) -> None:
    ends = {f"{HOG}_difference_ci_low": low, f"{HOG}_difference_ci_high": high}
    known = {name: end for name, end in ends.items() if end is not None}
    floor = strongest_floor(FLOORS | known, "skilled")
    assert floor is not None
    assert floor.verdict == verdict


@pytest.mark.parametrize(
    ("rates", "words"),
    [
        ([0.264, 0.238], ["26 of 100", "24 of 100"]),
        ([0.9961, 0.003], ["996 of 1,000", "3 of 1,000"]),
        ([0.0, 1.0], ["0 of 100", "100 of 100"]),
        ([0.00012, 0.5], ["1 of 10,000", "5,000 of 10,000"]),
        ([0.000001, 0.5], ["0 of 100,000", "50,000 of 100,000"]),
    ],
)
def test_rates_are_counted_in_hundreds_unless_that_would_hide_one(
    rates: list[float], words: list[str]
) -> None:
    assert counts(rates) == words


def test_an_outcome_says_who_passes_and_who_is_refused() -> None:
    assert outcome(0.264, 0.238, "skilled") == (
        "26 of 100 skilled forgeries pass and 24 of 100 genuine images are refused"
    )
    assert outcome(0.9961, 0.003, "random") == (
        "996 of 1,000 images of other identities pass and 3 of 1,000 genuine images are refused"
    )


def test_rates_at_a_threshold_are_there_only_where_both_were_measured() -> None:
    group = "verification/skilled/refs_1"
    far, frr = {f"{group}/far_at_threshold": 0.2}, {f"{group}/frr_at_threshold": 0.1}
    assert rates_at_threshold(far | frr, group) == (0.2, 0.1)
    assert rates_at_threshold(far, group) is None
