"""The decision in the model card: every number of it can be looked at."""

import math
from dataclasses import replace

import pytest

from components.freeze.decision_card import NONE, describe, known_limits
from components.shared.verification.decision import Decision, Policy
from components.shared.verification.decision_file import Decisions
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel

SKILLED = EvidenceModel(
    {"constant": -1.5, "centre": -4.25, "spread": 2.0}, Bounds(-math.log(40), math.log(12.5))
)
RANDOM = EvidenceModel({"constant": 2.5, "centre": -6.0}, Bounds(-math.log(2000), 0.0))
SINGLE, BAND = Limits.single(math.log(2)), Limits(-math.log(4), math.log(250))


def policies(kind: str) -> list[Policy]:
    chosen = []
    for references in (1, 2, 5):
        for name, limits in (("equal_error", SINGLE), ("far_0.1pct", SINGLE), ("review", BAND)):
            chosen.append(Policy(kind, references, name, limits, 24, 768, 0.0039))
    return chosen


DECISION = Decision(
    {"skilled": SKILLED, "random": RANDOM}, 7, 1, [*policies("skilled"), *policies("random")]
)
DECISIONS = Decisions(any_scanner=DECISION)
GROUP = "decision/skilled/refs_5"
METRICS = {
    f"{GROUP}/n_identities": 72.0,
    f"{GROUP}/n_pairs": 5040.0,
    f"{GROUP}/far_at_threshold": 0.07,
    f"{GROUP}/far_at_threshold_ci_low": 0.05,
    f"{GROUP}/far_at_threshold_ci_high": 0.09,
    f"{GROUP}/frr_at_threshold": 0.04,
    f"{GROUP}/policy/review/far": 0.02,
    f"{GROUP}/policy/review/frr": 0.01,
    f"{GROUP}/policy/review/genuine_reviewed": 0.3,
    f"{GROUP}/policy/review/impostors_reviewed": 0.4,
}


def test_weights_stand_term_by_term_against_each_kind_of_impostor() -> None:
    lines = describe(DECISIONS, METRICS, "equal_error").splitlines()
    assert "| term | against skilled forgeries | against random forgeries |" in lines
    for row in (
        "| constant | −1.500 | +2.500 |",
        "| distance to the references' centre × r | −4.250 | −6.000 |",
        "| mean distance among the references × r | +2.000 | – |",
    ):
        assert row in lines
    assert not any("nearest" in line for line in lines)


def test_the_basis_says_which_impostors_decide_and_how_many_references_were_seen() -> None:
    text = describe(DECISIONS, METRICS, "equal_error")
    assert "the one against skilled forgeries decides" in text
    assert "Fitted to 24 validation identities with 1 to 7 references" in text
    random = replace(DECISION, models={"random": RANDOM})
    assert "against random forgeries; the one against random forgeries decides" in describe(
        Decisions(any_scanner=random), {}, "equal_error"
    )


def test_limits_stand_with_what_they_did_on_test() -> None:
    lines = describe(DECISIONS, METRICS, "equal_error").splitlines()
    table = [line for line in lines if line.startswith("| skilled forgeries | 5 ")]
    far, frr = "7.0 % (5.0 % to 9.0 %)", "4.0 % (not computed)"
    reviewed = "30.0 % (not computed), 40.0 % (not computed)"
    band = "2.0 % (not computed) | 1.0 % (not computed)"
    few = "0.1 % false acceptances, fewer than val can show (0.39 %)"
    start, basis, counts = "| skilled forgeries | 5 |", "24, 768", "72, 5,040"
    assert table == [
        f"{start} equal error rates | 2 | {basis} | {far} | {frr} | – | {counts} |",
        f"{start} {few} | 2 | {basis} | – | – | – | – |",
        f"{start} review | 250, a person from 1/4 | {basis} | {band} | {reviewed} | {counts} |",
    ]
    assert not any(line.startswith("| skilled forgeries | 2 ") for line in lines)


def test_where_nothing_was_measured_all_limits_stand_there() -> None:
    lines = describe(DECISIONS, {}, "equal_error").splitlines()
    for references in (1, 2, 5):
        rows = [line for line in lines if line.startswith(f"| skilled forgeries | {references} ")]
        assert len(rows) == 3
        assert all(row.endswith("| – | – | – | – |") for row in rows)


def test_the_words_of_likelihood_ratios_are_there() -> None:
    lines = describe(DECISIONS, METRICS, "equal_error").splitlines()
    assert "| 2 | weak |" in lines
    assert "| 1,000,000 | extremely strong |" in lines


def test_limits_of_the_answers_are_told() -> None:
    bounds, most, prior, scanner = known_limits(DECISIONS, "0.15")
    assert bounds.endswith(
        "1/40 to 12.5 against skilled forgeries; 1/2,000 to 1 against random forgeries."
    )
    assert most.startswith("With more than 7 references the evidence is that of 7")
    assert "how probable an impostor is before it, is not in it" in prior
    assert "by a factor of 1.16" in scanner
    assert len(known_limits(DECISIONS, None)) == 3


def test_a_calibration_is_named_and_stands_for_the_assumed_scanner() -> None:
    known = replace(DECISION, most_references=3)
    calibrated = Decisions(DECISION, known, [], {"identities": 20, "images": 160})
    text = describe(calibrated, {}, "equal_error")
    assert "Calibrated on other images (identities: 20, images: 160)." in text
    assert "1 to 3 references" in text
    assert "calibrated on" in known_limits(calibrated, "0.15")[-1]


@pytest.mark.parametrize("decisions", [Decisions(), Decisions(known_scanner=DECISION)])
def test_without_a_decision_the_card_says_so(decisions: Decisions) -> None:
    assert describe(decisions, METRICS, "equal_error") == NONE
    assert known_limits(decisions, "0.15") == []
