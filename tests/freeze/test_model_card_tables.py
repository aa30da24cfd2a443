"""The tables of the model card, number by number."""

import pytest

from components.freeze import model_card_tables as tables

GROUP = "verification/skilled/refs_1"
COUNTS = {f"{GROUP}/n_identities": 1200.0, f"{GROUP}/n_pairs": 7212.0}


def bounds(name: str, low: float, high: float) -> dict[str, float]:
    return {f"{name}_ci_low": low, f"{name}_ci_high": high}


def test_no_rows_are_a_sentence() -> None:
    assert tables.markdown(("a", "b"), [], "None.") == "None."
    text = "| a | b |\n| --- | --- |\n| 1 | 2 |"
    assert tables.markdown(("a", "b"), [["1", "2"]], "None.") == text


def test_a_figure_without_an_interval_says_so() -> None:
    row = tables.performance({f"{GROUP}/eer": 0.125, **COUNTS}).splitlines()[2]
    assert row == (
        "| skilled forgeries, 1 reference(s): equal error rate | 12.5 % | not computed "
        "| 1,200 | 7,212 |"
    )


@pytest.mark.parametrize("missing", COUNTS)
def test_a_figure_without_its_counts_is_left_out(missing: str) -> None:
    metrics = {f"{GROUP}/eer": 0.125, **COUNTS}
    del metrics[missing]
    assert tables.performance(metrics) == "The test identities were not measured."


def test_the_rates_at_the_threshold_stand_together_or_not_at_all() -> None:
    far, frr = f"{GROUP}/far_at_threshold", f"{GROUP}/frr_at_threshold"
    metrics = {far: 0.2, **bounds(far, 0.1, 0.3), frr: 0.05, **COUNTS}
    assert tables.rates_at_threshold(metrics, GROUP) == [
        "20.0 % (10.0 % to 30.0 %)",
        "5.0 % (not computed)",
        "1,200, 7,212",
    ]
    del metrics[frr]
    assert tables.rates_at_threshold(metrics, GROUP) is None


def test_a_gain_over_a_floor_is_in_points_with_its_sign() -> None:
    key = "floor/hog/skilled/refs_1/eer"
    difference = f"{key}_difference"
    metrics = {key: 0.3, difference: -0.152, **bounds(difference, -0.2, 0.01), **COUNTS}
    lines = tables.floors(metrics).splitlines()
    assert (
        lines[-1] == "| model − this | −15.2 points | −20.0 points to +1.0 points | 1,200 | 7,212 |"
    )


def test_a_share_of_false_acceptances_is_read_from_a_metric_s_name() -> None:
    assert tables.false_acceptances("far_1pct") == "1 % false acceptances"
    assert tables.false_acceptances("frr_at_far_1pct") == "1 % false acceptances"


def test_a_shortcut_probe_that_was_not_measured_is_not_shown() -> None:
    assert tables.shortcut_probes({}) == "Not measured."
