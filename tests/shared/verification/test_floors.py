"""The strongest floor, the gain of training, and rates as counts."""

import pytest

from components.shared.verification.floors import (
    Verdict,
    counts,
    gain,
    outcome,
    rates_at_threshold,
    strongest_floor,
)

UNTRAINED, HOG = "floor/untrained/skilled/refs_1/eer", "floor/hog/skilled/refs_1/eer"
START = "floor/start/skilled/refs_1/eer"
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


def test_the_start_of_the_training_is_no_floor() -> None:
    floor = strongest_floor(FLOORS | {START: 0.1}, "skilled")
    assert floor is not None
    assert floor.key == HOG
    assert strongest_floor({START: 0.1}, "skilled") is None


@pytest.mark.parametrize(
    ("difference", "ends", "sentence"),
    [
        (
            -0.0014,
            (-0.012, 0.009),
            "Training the network gained 0.1 points (−0.9 to 1.2) over its start, "
            "which is no more than chance.",
        ),
        (
            0.0032,
            (-0.004, 0.011),
            "Training the network gained −0.3 points (−1.1 to 0.4) over its start, "
            "which is no more than chance.",
        ),
        (
            -0.02,
            (-0.03, -0.01),
            "Training the network gained 2.0 points (1.0 to 3.0) over its start, "
            "which is more than chance.",
        ),
        (
            0.02,
            (0.01, 0.03),
            "Training the network lost 2.0 points (1.0 to 3.0) against its start, "
            "which is more than chance.",
        ),
        (
            -0.02,
            None,
            "Training the network gained 2.0 points over its start, "
            "which may be chance, for want of an interval.",
        ),
        (
            0.0,
            (-0.0001, 0.0001),
            "Training the network gained 0.0 points (0.0 to 0.0) over its start, "
            "which is no more than chance.",
        ),
    ],
)
def test_a_gain_over_the_start_is_told_with_its_interval_and_whether_it_is_chance(
    difference: float, ends: tuple[float, float] | None, sentence: str
) -> None:
    metrics = {START: 0.1, f"{START}_difference": difference}
    if ends:
        low, high = ends
        metrics |= {f"{START}_difference_ci_low": low, f"{START}_difference_ci_high": high}
    assert gain(metrics, "skilled") == sentence
    assert gain(metrics, "random") == ""


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
