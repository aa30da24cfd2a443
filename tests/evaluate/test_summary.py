"""What people read."""

from components.evaluate import summary
from components.evaluate.params import EvaluateParams

PARAMS = EvaluateParams()
KEY, FLOOR = "verification/skilled/refs_1", "floor/untrained/skilled/refs_1/eer"
METRICS = {
    f"{KEY}/eer": 0.1618,
    f"{KEY}/eer_ci_low": 0.14,
    f"{KEY}/eer_ci_high": 0.183,
    f"{KEY}/eer_user": 0.11,
    f"{KEY}/auc": 0.9123,
    f"{KEY}/frr_at_far_1pct": 0.6,
    f"{KEY}/n_identities": 11.0,
    f"{KEY}/n_pairs": 9372.0,
    FLOOR: 0.31,
    f"{FLOOR}_difference": -0.1482,
    f"{FLOOR}_difference_ci_low": -0.17,
    f"{FLOOR}_difference_ci_high": -0.12,
    "identification/refs_5/accuracy": 0.8,
}


def test_the_sentence_gives_the_figure_its_interval_and_whether_training_helped() -> None:
    assert summary.sentence(METRICS) == (
        "With one reference, skilled forgeries are told from genuine images at an equal error rate of 16.2 % "
        "(95 % interval 14.0–18.3 %, 11 unseen identities); the untrained network has 31.0 %, "
        "and the gain is more than chance."
    )


def test_the_sentence_claims_nothing_that_the_interval_does_not_show() -> None:
    unsure = METRICS | {f"{FLOOR}_difference_ci_high": 0.01}
    assert "the difference may be chance" in summary.sentence(unsure)
    worse = METRICS | {f"{FLOOR}_difference_ci_low": 0.01, f"{FLOOR}_difference_ci_high": 0.02}
    assert "the loss is more than chance" in summary.sentence(worse)
    unknown = {k: v for k, v in METRICS.items() if "_ci_" not in k}
    assert "chance" not in summary.sentence(unknown)


def test_without_forgeries_the_sentence_is_about_other_identities() -> None:
    found = summary.sentence({k.replace("skilled", "random"): v for k, v in METRICS.items()})
    assert "other identities' images" in found
    assert "no comparison" in summary.sentence({})


def test_the_table_is_aligned_and_leaves_out_what_was_not_measured() -> None:
    lines = summary.text(METRICS, PARAMS).splitlines()
    assert len(lines[0]) == len(lines[1])
    assert lines[1].split() == ["skilled", "1", "16.2", "14.0–18.3", "11.0", "0.9123", "60.0", "11", "9,372"]
    assert lines[2] == ""
    assert "31.0 %  the same network, untrained (trained − this: −14.8, −17.0 to −12.0 points)" in lines[3]
    assert "random" not in "\n".join(lines)
