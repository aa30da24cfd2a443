"""A calibration in words."""

from typing import Any

from components.evaluate.external.calibration_text import card_section, summary

FACTS: dict[str, Any] = {
    "data": "our-scanner",
    "people": 20,
    "images": 100,
    "location": -0.84,
    "interval": [-1.2, -0.5],
    "scatter": 1.25,
    "trust": 0.8,
    "policy": "equal_error",
    "forgeries": "assumed",
    "rates": {
        "refs_1/frr": 0.1,
        "refs_1/frr_ci_low": 0.05,
        "refs_1/frr_ci_high": 0.18,
        "refs_1/random/far": 0.002,
        "refs_10/frr": 0.03,
        "refs_2/frr": 0.05,
    },
}


def test_it_says_who_how_far_and_that_the_far_of_forgeries_is_assumed() -> None:
    lines = summary(FACTS).splitlines()
    assert lines[0] == (
        "The decision is calibrated on “our-scanner”: 20 people, 100 genuine images."
    )
    assert "0.8 (0.5–1.2) less evidence than where the model was made" in lines[1]
    assert "scattered 1.25 times as far; the decision follows both by 80%." in lines[1]
    assert "assumed, not measured" in lines[2]
    assert [line.split()[0] for line in lines[-3:]] == ["1", "2", "10"]
    assert lines[-3].split() == ["1", "10.0", "(5.0–18.0)", "0.2", "(–)", "assumed"]


def test_measured_forgeries_are_a_rate() -> None:
    rates = {**FACTS["rates"], "refs_1/skilled/far": 0.25}
    text = summary({**FACTS, "forgeries": "measured", "rates": rates})
    assert "assumed, not measured" not in text
    assert "25.0 (–)" in text


def test_the_model_card_has_the_same_as_a_table() -> None:
    text = card_section(FACTS)
    assert "assumed, not measured" in text
    assert "| 1 | 10.0 (5.0–18.0) | 0.2 (–) | assumed |" in text
