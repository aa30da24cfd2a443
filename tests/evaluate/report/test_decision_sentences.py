"""What is said about the decision."""

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report.decision_sentences import (
    disguised_sentence,
    gain_sentence,
    limit_sentence,
    rate,
    review_sentence,
)

PARAMS = EvaluateParams()
ONE, FIVE = "decision/skilled/refs_1", "decision/skilled/refs_5"
METRICS = {
    f"{ONE}/eer": 0.12,
    f"{ONE}/far_at_threshold": 0.26,
    f"{ONE}/frr_at_threshold": 0.24,
    f"{FIVE}/eer": 0.056,
    f"{FIVE}/eer_ci_low": 0.03,
    f"{FIVE}/eer_ci_high": 0.09,
    f"{FIVE}/eer_gain": 0.031,
    f"{FIVE}/eer_gain_ci_low": 0.012,
    f"{FIVE}/eer_gain_ci_high": 0.05,
    f"{FIVE}/far_at_threshold": 0.07,
    f"{FIVE}/frr_at_threshold": 0.04,
    f"{FIVE}/policy/review/far": 0.02,
    f"{FIVE}/policy/review/frr": 0.01,
    f"{FIVE}/policy/review/genuine_reviewed": 0.3,
    f"{FIVE}/policy/review/impostors_reviewed": 0.4,
    "decision/random/refs_1/eer": 0.01,
    "decision/random/refs_1/far_at_threshold": 0.01,
}


def test_several_references_and_what_the_evidence_gains_are_told() -> None:
    assert gain_sentence(METRICS, PARAMS) == (
        "With 5 references the equal error rate is 5.6 % (3.0–9.0 %): the evidence tells 3.1 "
        "points better than the mean distance (1.2–5.0)."
    )
    single = {f"{ONE}/eer": 0.12, f"{ONE}/eer_gain": 0.01}
    assert gain_sentence(single, PARAMS) == (
        "The evidence tells 1.0 points better than the mean distance."
    )


def test_the_limit_of_val_is_told_in_counts_with_one_reference_and_with_several() -> None:
    outcome = (
        "26 of 100 skilled forgeries pass and 24 of 100 genuine images are refused; with 5 "
        "references 7 of 100 and 4 of 100."
    )
    assert limit_sentence(METRICS, PARAMS, shipped=False) == (
        f"At the limit that val chose (equal error), {outcome}"
    )
    assert limit_sentence(METRICS, PARAMS, shipped=True) == (
        f"At the model's own limit (equal error), {outcome}"
    )


def test_of_several_references_alone_their_number_is_told() -> None:
    several = {name: value for name, value in METRICS.items() if name.startswith(FIVE)}
    assert limit_sentence(several, PARAMS, shipped=False) == (
        "At the limit that val chose (equal error), with 5 references 7 of 100 skilled forgeries "
        "pass and 4 of 100 genuine images are refused."
    )


def test_the_review_says_what_is_left_to_a_person() -> None:
    assert review_sentence(METRICS, PARAMS) == (
        "Where a person decides in doubt (review), with 5 references 2 of 100 skilled forgeries "
        "pass and 1 of 100 genuine images are refused, and 40 of 100 and 30 of 100 of them are "
        "left to the person."
    )


def test_without_forgeries_it_is_about_other_identities() -> None:
    random = {
        name.replace("skilled", "random"): value
        for name, value in METRICS.items()
        if "random" not in name
    }
    for sentence in (limit_sentence(random, PARAMS, False), review_sentence(random, PARAMS)):
        assert "images of other identities pass" in sentence


@pytest.mark.parametrize("metrics", [{}, {"verification/skilled/refs_1/eer": 0.1}])
def test_without_a_decision_nothing_is_said(metrics: dict[str, float]) -> None:
    assert gain_sentence(metrics, PARAMS) == ""
    assert limit_sentence(metrics, PARAMS, shipped=False) == ""
    assert review_sentence(metrics, PARAMS) == ""


def test_a_rate_stands_with_its_interval_where_it_has_one() -> None:
    assert rate(METRICS, f"{FIVE}/eer") == "5.6 % (3.0–9.0 %)"
    assert rate(METRICS, f"{ONE}/eer") == "12.0 %"


def test_the_outcome_of_disguised_signatures_is_told_in_counts() -> None:
    group = "disguised/refs_5"
    rates = {f"{group}/accepted_at_threshold": 0.25, f"{group}/rejected_at_threshold": 0.75}
    assert disguised_sentence(METRICS | rates, PARAMS) == (
        "Of disguised signatures, whose author wants to deny them, 25 of 100 are accepted and 75 "
        "of 100 rejected with 5 references, at the limits that val chose."
    )
    assert disguised_sentence(METRICS, PARAMS) == ""
