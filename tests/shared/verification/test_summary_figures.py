"""summary.json: short names for the figures that people compare."""

import json
from pathlib import Path

from components.shared.verification import summary_figures
from components.shared.verification.summary_figures import summarise

ONE, FIVE = "verification/skilled/refs_1", "verification/skilled/refs_5"
METRICS = {
    "verification/random/refs_5/eer": 0.0625,
    "verification/random/refs_1/eer": 0.125,
    "verification/random/refs_1/far_at_threshold": 0.75,
    f"{FIVE}/eer": 0.1875,
    f"{ONE}/eer": 0.25,
    f"{ONE}/eer_ci_low": 0.2,
    f"{ONE}/auc": 0.875,
    f"{ONE}/n_pairs": 96.0,
    f"{ONE}/far_at_threshold": 0.3125,
    f"{ONE}/frr_at_threshold": 0.375,
    f"{ONE}/cllr": 0.625,
    "field/skilled/refs_1/eer": 0.5,
    "floor/hog/skilled/refs_1/eer": 0.5,
    "identification/refs_5/accuracy": 0.6875,
    "identification/refs_5/open/dir_at_far_1pct": 0.5,
    "val/verification/skilled/refs_1/eer": 0.28125,
    "val/verification/random/refs_1/eer": 0.5,
}


def test_the_summary_has_at_most_ten_figures_with_short_names_the_important_first() -> None:
    assert list(summarise(METRICS).items()) == [
        ("eer_skilled", 0.25),
        ("eer_random", 0.125),
        ("eer_val", 0.28125),
        ("eer_skilled_5refs", 0.1875),
        ("eer_random_5refs", 0.0625),
        ("far_at_threshold", 0.3125),
        ("frr_at_threshold", 0.375),
        ("cllr", 0.625),
        ("identification", 0.6875),
    ]


def test_where_a_decision_model_decides_the_figures_are_its_own() -> None:
    single, several = "decision/skilled/refs_1", "decision/skilled/refs_5"
    of_decision = {
        f"{single}/eer": 0.21875,
        f"{single}/far_at_threshold": 0.28125,
        f"{single}/frr_at_threshold": 0.34375,
        f"{single}/cllr": 0.5,
        f"{several}/eer": 0.15625,
        f"{several}/far_at_threshold": 0.5,
    }
    summary = summarise(METRICS | of_decision)
    assert summary == summarise(METRICS) | {
        "eer_skilled": 0.21875,
        "eer_skilled_5refs": 0.15625,
        "far_at_threshold": 0.28125,
        "frr_at_threshold": 0.34375,
        "cllr": 0.5,
    }
    assert list(summary) == list(summarise(METRICS))


def test_data_without_forgeries_are_summarised_by_random_impostors() -> None:
    metrics = {name: value for name, value in METRICS.items() if "skilled" not in name}
    assert summarise(metrics) == {
        "eer_random": 0.125,
        "eer_val": 0.5,
        "eer_random_5refs": 0.0625,
        "far_at_threshold": 0.75,
        "identification": 0.6875,
    }


def test_an_evaluation_of_val_alone_has_the_rate_by_which_settings_are_chosen() -> None:
    metrics = {name: value for name, value in METRICS.items() if name.startswith("val/")}
    assert summarise(metrics) == {"eer_val": 0.28125}


def test_an_evaluation_without_any_verification_is_a_valid_empty_summary(tmp_path: Path) -> None:
    summary_figures.write(tmp_path, {"probe/source/auc": 0.5})
    assert json.loads((tmp_path / "summary.json").read_text()) == {}
