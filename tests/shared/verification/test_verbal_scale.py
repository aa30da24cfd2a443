"""Words for likelihood ratios, at both ends of every step."""

import math

import pytest

from components.shared.verification.verbal_scale import in_words, strength

STEPS = [
    (2, 9.9, "weak"),
    (10, 99, "moderate"),
    (100, 999, "moderately strong"),
    (1_000, 9_999, "strong"),
    (10_000, 999_999, "very strong"),
    (1_000_000, math.inf, "extremely strong"),
]


@pytest.mark.parametrize(("least", "largest", "word"), STEPS)
def test_a_step_holds_its_least_ratio_and_all_below_the_next(
    least: float, largest: float, word: str
) -> None:
    assert strength(math.log(least)) == strength(math.log(largest)) == word


@pytest.mark.parametrize("ratio", [1, 1.99, 1 / 1.99])
def test_ratios_near_1_support_neither(ratio: float) -> None:
    assert strength(math.log(ratio)) is None
    assert in_words(math.log(ratio), "skilled") == "no support for either"


@pytest.mark.parametrize("ratio", [2, 50, 12_345])
def test_an_inverse_ratio_is_as_strong(ratio: float) -> None:
    assert strength(-math.log(ratio)) == strength(math.log(ratio))


@pytest.mark.parametrize(
    ("ratio", "kind", "words"),
    [
        (30, "skilled", "moderate support that it is genuine rather than a skilled forgery"),
        (1 / 30, "skilled", "moderate support that it is a skilled forgery rather than genuine"),
        (2000, "random", "strong support that it is genuine rather than another person's"),
        (1 / 3, "random", "weak support that it is another person's rather than genuine"),
    ],
)
def test_words_name_the_proposition_that_is_supported(ratio: float, kind: str, words: str) -> None:
    assert in_words(math.log(ratio), kind) == words
