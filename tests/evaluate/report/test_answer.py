"""The answer: what it claims, and what it does not."""

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report import answer
from components.shared.verification.threshold import Threshold

PARAMS = EvaluateParams()
KEY = "verification/skilled/refs_1"
UNTRAINED, HOG = "floor/untrained/skilled/refs_1/eer", "floor/hog/skilled/refs_1/eer"
METRICS = {
    f"{KEY}/eer": 0.1618,
    f"{KEY}/eer_ci_low": 0.14,
    f"{KEY}/eer_ci_high": 0.183,
    f"{KEY}/n_identities": 11.0,
    f"{KEY}/n_pairs": 9372.0,
    UNTRAINED: 0.31,
    f"{UNTRAINED}_difference_ci_low": -0.17,
    f"{UNTRAINED}_difference_ci_high": -0.12,
    HOG: 0.17,
    f"{HOG}_ci_low": 0.15,
    f"{HOG}_ci_high": 0.19,
    f"{HOG}_difference_ci_low": -0.03,
    f"{HOG}_difference_ci_high": 0.02,
}
AT_THRESHOLD = {f"{KEY}/far_at_threshold": 0.9961, f"{KEY}/frr_at_threshold": 0.003}
THRESHOLDS = [Threshold("skilled", 1, "equal_error", 0.61234)]
DECISION = "996 of 1,000 skilled forgeries pass and 3 of 1,000 genuine images are refused."


def test_the_first_sentence_names_the_strongest_floor_and_does_not_claim_a_gain_by_chance() -> None:
    assert answer.sentences(METRICS, PARAMS) == [
        "With one reference, skilled forgeries are told from genuine images at an equal error rate "
        "of 16.2 % (95 % interval 14.0–18.3 %, 11 test identities, 9,372 comparisons); the "
        "strongest floor on the same comparisons, HOG, has 17.0 % (15.0–19.0 %) and is not beaten "
        "beyond chance."
    ]


def test_what_training_gained_is_a_sentence_of_its_own_and_the_start_is_no_floor() -> None:
    start = "floor/start/skilled/refs_1/eer"
    gained = {start: 0.1632, f"{start}_difference": -0.0014}
    gained |= {f"{start}_difference_ci_low": -0.012, f"{start}_difference_ci_high": 0.009}
    error_rate, gain, decision = answer.sentences(
        METRICS | gained | AT_THRESHOLD, PARAMS, THRESHOLDS
    )
    assert error_rate == answer.error_rate_sentence(METRICS, PARAMS)
    assert gain == (
        "Training the network gained 0.1 points (−0.9 to 1.2) over its start, "
        "which is no more than chance."
    )
    assert decision.endswith(DECISION)


@pytest.mark.parametrize(
    ("low", "high", "verdict"),
    [
        (-0.09, -0.01, "is beaten by more than chance."),
        (0.01, 0.02, "is better than the model by more than chance."),
    ],
)
def test_the_first_sentence_says_what_the_paired_interval_shows(
    low: float, high: float, verdict: str
) -> None:
    ends = {f"{HOG}_difference_ci_low": low, f"{HOG}_difference_ci_high": high}
    assert answer.error_rate_sentence(METRICS | ends, PARAMS).endswith(verdict)


def test_without_intervals_nothing_is_said_to_be_beaten() -> None:
    unknown = {name: value for name, value in METRICS.items() if "_ci_" not in name}
    sentence = answer.error_rate_sentence(unknown, PARAMS)
    assert "HOG, has 17.0 % and cannot be said to be beaten" in sentence
    assert "chance" not in sentence
    assert "95 % interval" not in sentence


def test_without_floors_none_is_named() -> None:
    alone = {name: value for name, value in METRICS.items() if not name.startswith("floor/")}
    assert answer.error_rate_sentence(alone, PARAMS).endswith("9,372 comparisons).")


def test_without_forgeries_the_answer_is_about_other_identities() -> None:
    metrics = {name.replace("skilled", "random"): v for name, v in (METRICS | AT_THRESHOLD).items()}
    thresholds = [THRESHOLDS[0]._replace(kind="random")]
    error_rate, decision = answer.sentences(metrics, PARAMS, thresholds)
    assert "images of other identities are told" in error_rate
    assert "996 of 1,000 images of other identities pass" in decision
    assert "no comparison" in answer.error_rate_sentence({}, PARAMS)


def test_the_threshold_of_val_is_told_in_counts_below_the_error_rate() -> None:
    _, decision = answer.sentences(METRICS | AT_THRESHOLD, PARAMS, THRESHOLDS)
    assert decision == (
        f"At the threshold that val chose (equal error, distance 0.612), {DECISION}"
    )


def test_of_a_shipped_model_the_first_sentence_says_what_its_own_threshold_does() -> None:
    decision, error_rate = answer.sentences(METRICS | AT_THRESHOLD, PARAMS, THRESHOLDS, True)
    assert decision == (f"At the model's own threshold (equal error, distance 0.612), {DECISION}")
    assert error_rate == answer.error_rate_sentence(METRICS, PARAMS)


def test_the_rates_of_another_threshold_than_the_targets_are_not_told() -> None:
    params = EvaluateParams(target=0.02)
    assert answer.threshold_sentence(METRICS | AT_THRESHOLD, params, THRESHOLDS, False) == ""


def test_the_first_rate_is_the_decision_s_and_floors_are_held_to_the_mean_distance() -> None:
    group = "decision/skilled/refs_1"
    counts = {f"{group}/n_identities": 11.0, f"{group}/n_pairs": 9372.0}
    rates = {f"{group}/eer": 0.12, f"{group}/far_at_threshold": 0.26}
    metrics = METRICS | AT_THRESHOLD | counts | rates | {f"{group}/frr_at_threshold": 0.24}
    assert answer.sentences(metrics, PARAMS, THRESHOLDS) == [
        "With one reference, skilled forgeries are told from genuine images at an equal error rate "
        "of 12.0 % (11 test identities, 9,372 comparisons); by the mean distance alone, as floors "
        "are measured, it is 16.2 % (14.0–18.3 %), and the strongest floor on the same "
        "comparisons, HOG, has 17.0 % (15.0–19.0 %) and is not beaten beyond chance.",
        "At the limit that val chose (equal error), 26 of 100 skilled forgeries pass and 24 of 100 "
        "genuine images are refused.",
    ]
    assert answer.sentences(metrics, PARAMS, shipped=True)[0].startswith("At the model's own limit")


def test_of_several_collections_the_one_that_fails_comes_first_and_no_average_stands_alone() -> (
    None
):
    own: dict[str, float] = {}
    for name, eer in (("clean", 0.01), ("fails", 0.4)):
        own |= {f"collection/{name}/{KEY}/eer": eer, f"collection/{name}/{KEY}/n_identities": 9.0}
        own |= {f"collection/{name}/{KEY}/n_pairs": 90.0}
    for shipped in (False, True):
        first, *others = answer.sentences(METRICS | AT_THRESHOLD | own, PARAMS, THRESHOLDS, shipped)
        assert first == (
            "Of 2 collections it does worst on “fails”: with one reference, skilled forgeries are "
            "told from genuine images at an equal error rate of 40.0 % (9 test identities, 90 "
            "comparisons)."
        )
        average = next(each for each in others if "16.2 %" in each)
        assert average.startswith("All collections together, with one reference, skilled forgeries")
