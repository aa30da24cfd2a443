"""Tables of the decision."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.decision_tables import (
    disguised_table,
    evidence_table,
    is_decided,
    limits_table,
)

PARAMS = EvaluateParams()
ONE, FIVE = "decision/skilled/refs_1", "decision/skilled/refs_5"
METRICS = {
    f"{ONE}/eer": 0.2,
    f"{ONE}/n_identities": 9.0,
    f"{ONE}/n_pairs": 1234.0,
    f"{ONE}/far_at_threshold": 0.25,
    f"{ONE}/far_at_threshold_ci_low": 0.2,
    f"{ONE}/far_at_threshold_ci_high": 0.3,
    f"{ONE}/frr_at_threshold": 0.125,
    f"{FIVE}/eer": 0.1,
    f"{FIVE}/eer_user": 0.05,
    f"{FIVE}/eer_gain": 0.031,
    f"{FIVE}/eer_gain_ci_low": -0.012,
    f"{FIVE}/eer_gain_ci_high": 0.05,
    f"{FIVE}/cllr": 0.35,
    f"{FIVE}/cllr_ci_low": 0.3,
    f"{FIVE}/cllr_ci_high": 0.4,
    f"{FIVE}/cllr_min": 0.3125,
    f"{FIVE}/calibration_loss": 0.0375,
    f"{FIVE}/n_identities": 8.0,
    f"{FIVE}/n_pairs": 600.0,
    f"{FIVE}/policy/far_1pct/far": 0.01,
    f"{FIVE}/policy/far_1pct/frr": 0.5,
    f"{FIVE}/policy/cost/far": 0.4,
    f"{FIVE}/policy/cost/frr": 0.03,
    f"{FIVE}/policy/review/far": 0.02,
    f"{FIVE}/policy/review/frr": 0.01,
    f"{FIVE}/policy/review/genuine_reviewed": 0.3,
    f"{FIVE}/policy/review/impostors_reviewed": 0.4,
}


def test_the_evidence_has_its_errors_its_cost_and_its_gain_over_the_mean_distance() -> None:
    table = evidence_table(METRICS, PARAMS)
    assert table.title == "the decision on the test identities"
    assert list(table.rows) == [
        ("skilled", "1", "20.0 (–)", "", "", "", "", "", "9", "1,234"),
        (
            "skilled",
            "5",
            "10.0 (–)",
            "5.0 (–)",
            "+3.1 (−1.2 to +5.0)",
            "0.350 (0.300–0.400)",
            "0.312",
            "0.037",
            "8",
            "600",
        ),
    ]
    assert {len(row) for row in table.rows} == {len(table.head)}
    assert "Cllr is what its answers cost, in bits" in table.note


def test_every_policy_has_its_rates_and_what_is_left_to_a_person_the_target_s_first() -> None:
    table = limits_table(METRICS, PARAMS)
    assert [row[:7] for row in table.rows] == [
        ("equal error", "skilled", "1", "25.0 (20.0–30.0)", "12.5 (–)", "", ""),
        ("FAR ≤ 1 %", "skilled", "5", "1.0 (–)", "50.0 (–)", "", ""),
        ("least cost", "skilled", "5", "40.0 (–)", "3.0 (–)", "", ""),
        ("review", "skilled", "5", "2.0 (–)", "1.0 (–)", "30.0 (–)", "40.0 (–)"),
    ]
    assert {len(row) for row in table.rows} == {len(table.head)}


def test_the_mean_distance_alone_is_no_decision() -> None:
    plain = {"verification/skilled/refs_1/eer": 0.2}
    assert is_decided(METRICS, PARAMS)
    assert not is_decided(plain, PARAMS)
    assert evidence_table(plain, PARAMS).rows == limits_table(plain, PARAMS).rows == []


def test_disguised_signatures_have_a_table_of_their_own() -> None:
    group = "disguised/refs_5"
    counts = {f"{group}/n_identities": 3.0, f"{group}/n_pairs": 80.0}
    rates = {f"{group}/accepted_at_threshold": 0.25, f"{group}/rejected_at_threshold": 0.75}
    review = {"accepted": 0.125, "rejected": 0.5, "reviewed": 0.375}
    rates |= {f"{group}/policy/review/{name}": value for name, value in review.items()}
    rates |= {f"{group}/accepted_at_threshold_ci_low": 0.1}
    rates |= {f"{group}/accepted_at_threshold_ci_high": 0.5}
    table = disguised_table(METRICS | counts | rates, PARAMS)
    assert list(table.rows) == [
        ("equal error", "5", "25.0 (10.0–50.0)", "75.0 (–)", "", "3", "80"),
        ("review", "5", "12.5 (–)", "50.0 (–)", "37.5 (–)", "3", "80"),
    ]
    assert "neither genuine nor forged" in table.note
    assert disguised_table(METRICS, PARAMS).rows == []
