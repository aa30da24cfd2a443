"""The tables of the model card, number by number."""

import pytest

from components.freeze import model_card_tables as tables
from components.shared.verification.threshold import Threshold

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
        "| skilled forgeries, 1 reference: equal error rate | 12.5 % | not computed "
        "| 1,200 | 7,212 |"
    )


def test_the_decision_has_its_gain_in_points_and_its_cost_in_bits() -> None:
    group = "decision/random/refs_5"
    counts = {f"{group}/n_identities": 9.0, f"{group}/n_pairs": 80.0}
    figures = {f"{group}/eer": 0.1, f"{group}/eer_gain": -0.02, f"{group}/cllr": 0.35}
    intervals = bounds(f"{group}/eer_gain", -0.05, 0.01)
    rows = tables.performance(figures | counts | intervals).splitlines()[2:]
    start = "| decision, random forgeries, 5 references: "
    gain = "−2.0 points | −5.0 points to +1.0 points"
    assert rows == [
        f"{start}equal error rate | 10.0 % | not computed | 9 | 80 |",
        f"{start}equal error rate of the mean distance − this | {gain} | 9 | 80 |",
        f"{start}cost of the likelihood ratios, Cllr | 0.350 bits | not computed | 9 | 80 |",
    ]


def test_searches_are_told_by_the_size_of_the_gallery() -> None:
    group = "identification/refs_5/gallery_{}"
    figures: dict[str, float] = {}
    for size, fpir in ((1000, 0.03), (30, 0.01)):
        of_size = group.format(size)
        figures |= {f"{of_size}/n_identities": 1100.0, f"{of_size}/n_probes": 2000.0}
        figures[f"{of_size}/fpir_at_threshold"] = fpir
        figures |= bounds(f"{of_size}/fpir_at_threshold", fpir / 2, fpir * 2)
    rows = tables.performance(figures).splitlines()[2:]
    start, label = "| search among ", "strangers who are given somebody (FPIR), at the limit"
    assert rows == [
        f"{start}30 people, 5 references: {label} | 1.0 % | 0.5 % to 2.0 % | 1,100 | 2,000 |",
        f"{start}1,000 people, 5 references: {label} | 3.0 % | 1.5 % to 6.0 % | 1,100 | 2,000 |",
    ]


@pytest.mark.parametrize("missing", COUNTS)
def test_a_figure_without_its_counts_is_left_out(missing: str) -> None:
    metrics = {f"{GROUP}/eer": 0.125, **COUNTS}
    del metrics[missing]
    assert tables.performance(metrics) == "The test identities were not measured."


@pytest.mark.parametrize(
    ("policy", "far", "frr"),
    [
        ("equal_error", f"{GROUP}/far_at_threshold", f"{GROUP}/frr_at_threshold"),
        ("far_1pct", f"{GROUP}/policy/far_1pct/far", f"{GROUP}/policy/far_1pct/frr"),
    ],
)
def test_the_rates_of_a_policy_stand_together_or_not_at_all(
    policy: str, far: str, frr: str
) -> None:
    metrics = {far: 0.2, **bounds(far, 0.1, 0.3), frr: 0.05, **COUNTS}
    threshold = Threshold("skilled", 1, policy, 0.4)
    assert tables.carried_rates(metrics, threshold, "equal_error") == [
        "20.0 % (10.0 % to 30.0 %)",
        "5.0 % (not computed)",
        "1,200, 7,212",
    ]
    del metrics[frr]
    assert tables.carried_rates(metrics, threshold, "equal_error") is None


@pytest.mark.parametrize(("policy", "far"), [("equal_error", "10.0 %"), ("far_1pct", "2.0 %")])
def test_of_identification_dir_stands_in_the_place_of_frr(policy: str, far: str) -> None:
    group = "identification/refs_5/open"
    metrics = {
        f"{group}/far_at_threshold": 0.1,
        f"{group}/dir_at_threshold": 0.75,
        f"{group}/policy/far_1pct/far": 0.02,
        f"{group}/policy/far_1pct/dir": 0.75,
        f"{group}/n_identities": 9.0,
        f"{group}/n_probes": 810.0,
    }
    rule = Threshold("identification", 5, policy, 0.4, smallest_gap=0.1)
    assert tables.carried_rates(metrics, rule, "equal_error") == [
        f"{far} (not computed)",
        "DIR 75.0 % (not computed)",
        "9, 810",
    ]


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


def test_each_collection_has_its_rates() -> None:
    group = "collection/cedar/decision/skilled/refs_5"
    counts = {f"{group}/n_identities": 9.0, f"{group}/n_pairs": 80.0}
    figures = {f"{group}/eer": 0.1, f"{group}/frr_at_threshold": 0.2}
    rows = tables.collections(figures | counts | {"decision/skilled/refs_5/eer": 0.3}).splitlines()
    assert rows[2:] == [
        "| cedar: skilled forgeries, 5 references: equal error rate | 10.0 % | not computed "
        "| 9 | 80 |",
        "| cedar: skilled forgeries, 5 references: false rejections at the limit | 20.0 % "
        "| not computed | 9 | 80 |",
    ]
    assert tables.collections({"decision/skilled/refs_5/eer": 0.3}) == ""


def test_disguised_signatures_have_a_row_for_each_policy_and_outcome() -> None:
    group = "disguised/refs_1"
    counts = {f"{group}/n_identities": 3.0, f"{group}/n_pairs": 80.0}
    rates = {f"{group}/accepted_at_threshold": 0.25, f"{group}/policy/review/reviewed": 0.5}
    rows = tables.disguised(counts | rates, "equal_error").splitlines()[2:]
    assert rows == [
        "| disguised signatures, 1 reference, equal_error: accepted | 25.0 % | not computed "
        "| 3 | 80 |",
        "| disguised signatures, 1 reference, review: reviewed | 50.0 % | not computed | 3 | 80 |",
    ]
    assert tables.disguised({}, "equal_error") == ""
