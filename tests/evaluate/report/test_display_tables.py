"""Tables of the protocols, for people."""

import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.report.display_tables import (
    NO_REJECT_RULE,
    protocol_tables,
    target_in_words,
    verification_table,
)


def group(name: str, **values: float) -> dict[str, float]:
    return {f"{name}/{key}": value for key, value in values.items()}


RATES = {"eer": 0.2, "eer_user": 0.1, "auc": 0.8, "frr_at_far_1pct": 0.5}
SIZES = {"n_identities": 9.0, "n_pairs": 1234.0}
OPEN = group("identification/refs_5/open", dir_at_far_1pct=0.6, n_identities=8.0, n_probes=90.0)
OPEN |= group("identification/refs_5/open", n_stranger_probes=44.0)


def test_rows_are_skilled_before_random_and_one_reference_before_several() -> None:
    metrics = {
        **group("verification/random/refs_1", **RATES, **SIZES),
        **group("verification/skilled/refs_5", **RATES, **SIZES),
        **group("verification/skilled/refs_1", **RATES, **SIZES),
    }
    table = verification_table(metrics, EvaluateParams())
    assert [row[:2] for row in table.rows] == [("skilled", "1"), ("skilled", "5"), ("random", "1")]
    assert table.rows[0][2:] == ("20.0 (–)", "10.0 (–)", "0.800 (–)", "50.0 (–)", "9", "1,234")
    assert len(table.head) == len(table.rows[0])


def test_only_tables_of_the_chosen_protocols_with_rows_are_returned() -> None:
    metrics = {
        **group("verification/skilled/refs_1", **RATES, **SIZES),
        **group("field/skilled/refs_1", **RATES, **SIZES),
    }
    (deployed,) = protocol_tables(metrics, EvaluateParams())
    assert deployed.title == "verification of the test identities"
    (literature,) = protocol_tables(metrics, EvaluateParams(protocols=("literature",)))
    assert literature.title.startswith("for comparison with papers")
    assert protocol_tables({}, EvaluateParams(protocols=("deployed", "identification"))) == []


def test_the_decision_comes_first_where_there_is_one_and_the_mean_distance_is_for_papers() -> None:
    decided = group("decision/skilled/refs_1", eer=0.1, far_at_threshold=0.1, frr_at_threshold=0.1)
    metrics = {
        **group("verification/skilled/refs_1", far_at_threshold=0.2, frr_at_threshold=0.2),
        **group("verification/skilled/refs_1", **RATES, **SIZES),
        **group("floor/hog/skilled/refs_1", eer=0.3, eer_difference=-0.1, **SIZES),
        **decided,
        **group("decision/skilled/refs_1", **SIZES),
    }
    tables = protocol_tables(metrics, EvaluateParams())
    assert [table.title for table in tables] == [
        "the decision on the test identities",
        "at the limits that val chose",
        "by the mean distance alone, for comparison with papers: verification of the test "
        "identities",
        "by the mean distance alone, at the thresholds that val chose",
        "what it must beat, with one reference",
    ]
    assert tables[-1].note == "the model by its mean distance, as the floors are"
    without = {name: value for name, value in metrics.items() if name not in decided}
    assert protocol_tables(without, EvaluateParams())[-1].note == ""


def test_fusions_of_a_single_reference_are_one_row() -> None:
    metrics: dict[str, float] = {}
    for fusion in ("mean", "min", "max", "centre"):
        for references in (1, 3):
            name = f"references/random/refs_{references}/{fusion}"
            metrics |= group(name, eer=0.2, eer_user=0.1, **SIZES)
    (table,) = protocol_tables(metrics, EvaluateParams(protocols=("references",)))
    assert [row[1:3] for row in table.rows] == [
        ("1", "–"),
        ("3", "mean"),
        ("3", "min"),
        ("3", "max"),
        ("3", "centre"),
    ]


def test_a_missing_reject_rule_is_explained_on_test_alone() -> None:
    params = EvaluateParams(protocols=("identification",))
    (table,) = protocol_tables(OPEN, params)
    assert [row[1] for row in table.rows] == ["≤ 1"]
    assert table.note == NO_REJECT_RULE
    on_val = params.model_copy(update={"part": "val"})
    assert protocol_tables(OPEN, on_val)[0].note == ""


def test_the_reject_rules_of_val_have_rows_of_their_own() -> None:
    metrics = OPEN | group("identification/refs_5/open/policy/far_1pct", far=0.02, dir=0.3)
    metrics |= group("identification/refs_5/open", far_at_threshold=0.1, dir_at_threshold=0.7)
    (table,) = protocol_tables(metrics, EvaluateParams(protocols=("identification",)))
    assert [row[1:3] for row in table.rows] == [
        ("≤ 1", "60.0 (–)"),
        ("10.0 (–)", "70.0 (–)"),
        ("2.0 (–)", "30.0 (–)"),
    ]
    assert [row[0].rpartition(" for ")[2] for row in table.rows[1:]] == ["equal error", "FAR ≤ 1 %"]
    assert [row[3:] for row in table.rows] == [("8", "90", "44")] * 3
    assert table.note == ""


def test_every_policy_that_was_carried_has_its_rates_the_targets_first() -> None:
    skilled, random = "verification/skilled/refs_1", "verification/random/refs_5"
    metrics = {
        **group(f"{random}/policy/equal_error", far=0.3, frr=0.1),
        **group(random, **SIZES),
        **group(f"{skilled}/policy/equal_error", far=0.25, frr=0.2),
        **group(skilled, far_at_threshold=0.02, frr_at_threshold=0.75, **SIZES),
        f"{skilled}/far_at_threshold_ci_low": 0.01,
        f"{skilled}/far_at_threshold_ci_high": 0.04,
    }
    (table,) = protocol_tables(metrics, EvaluateParams(target=0.01))
    assert table.title == "at the thresholds that val chose"
    assert [row[:5] for row in table.rows] == [
        ("FAR ≤ 1 %", "skilled", "1", "2.0 (1.0–4.0)", "75.0 (–)"),
        ("equal error", "skilled", "1", "25.0 (–)", "20.0 (–)"),
        ("equal error", "random", "5", "30.0 (–)", "10.0 (–)"),
    ]
    assert {row[5:] for row in table.rows} == {("9", "1,234")}


@pytest.mark.parametrize(
    ("target", "words"),
    [("equal_error", "equal error"), (0.01, "FAR ≤ 1 %"), (0.005, "FAR ≤ 0.5 %")],
)
def test_the_target_is_in_words(target: float, words: str) -> None:
    assert target_in_words(EvaluateParams(target=target)) == words
