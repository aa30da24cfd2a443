"""The card's conclusions follow from the floors."""

import pytest

from components.freeze.conclusions import conclusions

FLOOR = "floor/best_statistic/skilled/refs_1/eer"
METRICS = {
    "verification/skilled/refs_1/eer": 0.2614,
    "verification/skilled/refs_1/n_identities": 72.0,
    "verification/skilled/refs_1/n_pairs": 4320.0,
    "verification/skilled/refs_1/far_at_threshold": 0.257,
    "verification/skilled/refs_1/frr_at_threshold": 0.264,
    FLOOR: 0.237,
}


def with_ends(low: float, high: float) -> dict[str, float]:
    return METRICS | {f"{FLOOR}_difference_ci_low": low, f"{FLOOR}_difference_ci_high": high}


def test_a_model_that_does_no_better_than_a_floor_is_called_not_good() -> None:
    assert conclusions(with_ends(-0.016, 0.061)) == [
        "**Not good against skilled forgeries: it was not shown to do better than a floor, which "
        "needs no trained network.** With one reference its equal error rate is 26.1 % on 72 "
        "identities; the strongest floor, the best single statistic, has 23.7 % and is not beaten "
        "beyond chance. At its threshold 26 of 100 skilled forgeries pass and 26 of 100 genuine "
        "images are refused."
    ]


def test_what_training_gained_is_told_and_decides_nothing() -> None:
    start = "floor/start/skilled/refs_1/eer"
    gained = {start: 0.2514, f"{start}_difference": 0.01}
    gained |= {f"{start}_difference_ci_low": 0.005, f"{start}_difference_ci_high": 0.015}
    (conclusion,) = conclusions(with_ends(-0.06, -0.01) | gained)
    assert conclusion.startswith("**Good for ranking")
    assert (
        " beaten by more than chance. Training the network lost 1.0 points (0.5 to 1.5) against "
        "its start, which is more than chance. At its threshold" in conclusion
    )


@pytest.mark.parametrize(
    ("ends", "beginning"),
    [
        ((-0.06, -0.01), "**Good for ranking and pre-sorting against skilled forgeries, at these"),
        ((-0.06, 0.01), "**Not good against skilled forgeries"),
        ((0.01, 0.06), "**Not good against skilled forgeries"),
    ],
)
def test_only_a_floor_that_is_beaten_beyond_chance_makes_a_model_good(
    ends: tuple[float, float], beginning: str
) -> None:
    (conclusion,) = conclusions(with_ends(*ends))
    assert conclusion.startswith(beginning)


def test_without_intervals_or_floors_nothing_is_shown() -> None:
    alone = {name: value for name, value in METRICS.items() if name != FLOOR}
    for metrics in (METRICS, alone):
        (conclusion,) = conclusions(metrics)
        assert conclusion.startswith("**Not shown to be good against skilled forgeries.**")
    assert "no floor was measured" in conclusions(alone)[0]


def test_each_kind_of_impostor_has_a_conclusion() -> None:
    random = {
        name.replace("skilled", "random"): value
        for name, value in METRICS.items()
        if "at_threshold" not in name
    }
    conclusion_on_skilled, conclusion_on_random = conclusions(METRICS | random)
    assert "against skilled forgeries" in conclusion_on_skilled
    assert "against random forgeries" in conclusion_on_random
    assert "threshold" not in conclusion_on_random


def test_a_decision_s_error_rates_are_told_and_floors_are_held_to_the_mean_distance() -> None:
    decided = {
        "decision/skilled/refs_1/eer": 0.2,
        "decision/skilled/refs_1/n_identities": 72.0,
        "decision/skilled/refs_1/far_at_threshold": 0.21,
        "decision/skilled/refs_1/frr_at_threshold": 0.19,
        "decision/skilled/refs_5/eer": 0.1,
        "decision/skilled/refs_5/far_at_threshold": 0.11,
        "decision/skilled/refs_5/frr_at_threshold": 0.09,
    }
    (conclusion,) = conclusions(with_ends(-0.06, -0.01) | decided)
    assert conclusion == (
        "**Good for ranking and pre-sorting against skilled forgeries, at these rates.** With one "
        "reference its equal error rate is 20.0 % on 72 identities; by the mean distance alone, as "
        "floors are measured, it is 26.1 %, and the strongest floor, the best single statistic, "
        "has 23.7 % and is beaten by more than chance. With 5 references it is 10.0 %. At its "
        "limit 21 of 100 skilled forgeries pass and 19 of 100 genuine images are refused; with 5 "
        "references 11 of 100 and 9 of 100."
    )


def test_a_model_whose_figures_stand_on_nothing_is_good_for_nothing() -> None:
    unfounded = {name: value for name, value in METRICS.items() if "/n_" not in name}
    for metrics in (unfounded, {}):
        (conclusion,) = conclusions(metrics)
        assert conclusion.startswith("Not good for anything yet")


def test_of_several_collections_the_one_that_fails_is_the_first_conclusion() -> None:
    group = "verification/skilled/refs_1"
    own: dict[str, float] = {}
    for name, eer in (("clean", 0.01), ("fails", 0.4)):
        own |= {f"collection/{name}/{group}/eer": eer, f"collection/{name}/{group}/n_pairs": 90.0}
        own |= {f"collection/{name}/{group}/n_identities": 9.0}
    first, average = conclusions(with_ends(-0.06, -0.01) | own)
    assert first == (
        "**Of 2 collections it does worst on “fails”: with one reference, skilled forgeries are "
        "told from genuine images at an equal error rate of 40.0 % (9 test identities, 90 "
        "comparisons).**"
    )
    assert "All collections together, with one reference its equal error rate is 26.1 %" in average
