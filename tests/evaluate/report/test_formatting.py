"""Rates and numbers as text."""

import pytest

from components.evaluate.report.formatting import (
    align_columns,
    number,
    percent,
    percent_interval,
    percent_points,
    percent_value,
    points_better,
    policy_in_words,
    sample_sizes,
)

RATE = {"g/eer": 0.1618, "g/eer_ci_low": 0.14, "g/eer_ci_high": 0.183}


def test_a_rate_is_in_per_cent_with_one_decimal_and_its_interval() -> None:
    assert percent_value(RATE, "g/eer") == "16.2"
    assert percent_interval(RATE, "g/eer") == "14.0–18.3"
    assert percent(RATE, "g/eer") == "16.2 (14.0–18.3)"


def test_a_policy_is_named_by_what_it_allows() -> None:
    assert policy_in_words("equal_error") == "equal error"
    assert policy_in_words("far_0.1pct") == "FAR ≤ 0.1 %"
    assert policy_in_words("cost") == "least cost"
    assert policy_in_words("review") == "review"


def test_an_interval_that_is_not_known_is_a_dash() -> None:
    metrics = {"g/eer": 0.1618}
    assert percent(metrics, "g/eer") == "16.2 (–)"
    assert number(metrics, "g/eer") == "0.162 (–)"
    assert percent_points(metrics, "g/eer") == "+16.2 (–)"
    assert percent_interval(metrics, "g/eer") == ""


def test_a_metric_that_was_not_measured_is_empty() -> None:
    for text in (percent, percent_value, percent_points, number):
        assert text({}, "g/eer") == ""


def test_a_difference_has_signs_and_true_minuses() -> None:
    metrics = {"d": -0.1482, "d_ci_low": -0.17, "d_ci_high": 0.012}
    assert percent_points(metrics, "d") == "−14.8 (−17.0 to +1.2)"


@pytest.mark.parametrize(
    ("gain", "low", "high", "words"),
    [
        (0.031, 0.012, 0.05, "3.1 points better than the mean distance (1.2–5.0)"),
        (0.004, -0.009, 0.017, "0.4 points better than the mean distance (−0.9 to 1.7), which may"),
        (-0.031, -0.05, -0.012, "3.1 points worse than the mean distance (1.2–5.0)"),
        (-0.004, -0.017, 0.009, "0.4 points worse than the mean distance (−0.9 to 1.7), which may"),
    ],
)
def test_a_gain_says_which_is_better_and_whether_that_may_be_chance(
    gain: float, low: float, high: float, words: str
) -> None:
    text = points_better({"g": gain, "g_ci_low": low, "g_ci_high": high}, "g")
    assert text == words + (" be chance" if words.endswith("may") else "")
    assert points_better({"g": 0.0}, "g") == "as well as the mean distance"
    assert points_better({"g": gain}, "g") == words.partition(" (")[0]


def test_a_number_has_three_decimals() -> None:
    metrics = {"auc": 0.9123, "auc_ci_low": 0.88, "auc_ci_high": 0.9306}
    assert number(metrics, "auc") == "0.912 (0.880–0.931)"


def test_sample_sizes_are_counted_in_thousands() -> None:
    metrics = {"g/n_identities": 11.0, "g/n_pairs": 9372.0, "g/n_probes": 20.0}
    assert sample_sizes(metrics, "g") == ("11", "9,372")
    assert sample_sizes(metrics, "g", "n_probes") == ("11", "20")


def test_numbers_stand_right_and_words_left() -> None:
    table = [["kind", "n", "fusion"], ["skilled", "9", "mean"], ["random", "1,234", "–"]]
    assert align_columns(table).splitlines() == [
        "kind         n  fusion",
        "skilled      9  mean",
        "random   1,234  –",
    ]


def test_the_first_columns_stand_left_even_where_they_are_numbers() -> None:
    table = [["refs", "rank"], ["1", "2"]]
    assert align_columns(table, left=1).splitlines() == ["refs  rank", "1        2"]
    assert align_columns(table, left=2).splitlines() == ["refs  rank", "1     2"]
