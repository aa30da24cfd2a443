"""What people read."""

import re

from components.evaluate.params import EvaluateParams
from components.evaluate.report import text

PARAMS = EvaluateParams()
KEY, FLOOR = "verification/skilled/refs_1", "floor/untrained/skilled/refs_1/eer"
METRICS = {
    f"{KEY}/eer": 0.1618,
    f"{KEY}/eer_ci_low": 0.14,
    f"{KEY}/eer_ci_high": 0.183,
    f"{KEY}/eer_user": 0.11,
    f"{KEY}/eer_user_ci_low": 0.09,
    f"{KEY}/eer_user_ci_high": 0.125,
    f"{KEY}/auc": 0.9123,
    f"{KEY}/frr_at_far_1pct": 0.6,
    f"{KEY}/n_identities": 11.0,
    f"{KEY}/n_pairs": 9372.0,
    f"{KEY}/far_at_threshold": 0.2,
    f"{KEY}/far_at_threshold_ci_low": 0.1,
    f"{KEY}/far_at_threshold_ci_high": 0.3,
    f"{KEY}/frr_at_threshold": 0.125,
    FLOOR: 0.31,
    f"{FLOOR.removesuffix('eer')}n_identities": 11.0,
    f"{FLOOR.removesuffix('eer')}n_pairs": 9372.0,
    f"{FLOOR}_ci_low": 0.28,
    f"{FLOOR}_ci_high": 0.33,
    f"{FLOOR}_difference": -0.1482,
    f"{FLOOR}_difference_ci_low": -0.17,
    f"{FLOOR}_difference_ci_high": -0.12,
    "identification/refs_5/accuracy": 0.8,
    "identification/refs_5/accuracy_ci_low": 0.7,
    "identification/refs_5/accuracy_ci_high": 0.9,
    "identification/refs_5/n_identities": 11.0,
    "identification/refs_5/n_probes": 2090.0,
}


def test_the_tables_are_aligned_and_leave_out_what_was_not_measured() -> None:
    table, carried, floors, identification, _ = text.summary(
        METRICS, PARAMS, ["The answer."]
    ).split("\n\n")
    title, head, row = table.splitlines()
    assert title == "verification of the test identities"
    assert len(head) == len(row)
    cells = [
        "skilled",
        "1",
        "16.2 (14.0–18.3)",
        "11.0 (9.0–12.5)",
        "0.912 (–)",
        "60.0 (–)",
        "11",
        "9,372",
    ]
    assert re.split(r" {2,}", row) == cells
    assert carried.splitlines()[0] == "at the thresholds that val chose"
    assert re.split(r" {2,}", carried.splitlines()[2]) == [
        "equal error",
        "skilled",
        "1",
        "20.0 (10.0–30.0)",
        "12.5 (–)",
        "11",
        "9,372",
    ]
    assert re.split(r" {2,}", floors.splitlines()[2]) == [
        "skilled",
        "the same network with random weights",
        "31.0 (28.0–33.0)",
        "−14.8 (−17.0 to −12.0)",
        "11",
        "9,372",
    ]
    assert identification.splitlines()[0] == "identification, 5 references"
    assert re.split(r" {2,}", identification.splitlines()[2].strip()) == [
        "80.0 (70.0–90.0)",
        "11",
        "2,090",
    ]
    assert "random" not in table


def test_a_report_on_val_says_so_and_has_no_other_figures() -> None:
    params = EvaluateParams(part="val")
    of_val = {f"val/{name}": value for name, value in METRICS.items()}
    summary = text.summary(of_val, params, ["The answer."], notice=text.notice(params))
    assert "figures of the val identities" in summary
    assert "test was not read" in summary
    assert "16.2 (14.0–18.3)" in summary
    assert "verification of the val identities" in summary
    assert "test identities" not in summary
    assert "16.2" not in text.summary(METRICS, params, ["The answer."])


def test_images_that_cannot_be_used_are_counted_where_there_are_any() -> None:
    assert text.rejection_notice([], 60) == []
    reasons = ["blank image: no ink found"] * 1100 + ["empty box: no ink found inside"] * 100
    assert text.rejection_notice(reasons, 4000) == [
        "1,200 of 4,000 images cannot be used, and are in no comparison (failure to acquire, "
        "30.00%: 1,100 × blank image, 100 × empty box): rejected.csv names them."
    ]
