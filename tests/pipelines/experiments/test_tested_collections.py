"""Comparisons whose branches test other collections."""

import pytest

from pipelines.experiments import tested_collections

LEFT_OUT = [
    ("split.by=collection", "split.collections.test=[cedar]"),
    ("split.by=collection", "split.collections.test=['yes', b]"),
]


def test_branches_that_test_other_collections_are_evaluated_on_test_and_no_others_are() -> None:
    assert tested_collections.part(LEFT_OUT) == "both"
    assert tested_collections.part([("train.mining=hard",), ("train.mining=all",)]) == "val"
    same = [(*LEFT_OUT[0], "train.mining=hard"), (*LEFT_OUT[0], "train.mining=all")]
    assert tested_collections.part(same) == "val"


def test_the_collections_that_a_branch_tests_are_read_from_its_settings() -> None:
    assert [tested_collections.tested(each) for each in LEFT_OUT] == ["cedar", "yes, b"]
    assert tested_collections.tested(["train.mining=hard"]) == "–"


@pytest.mark.parametrize("group", ["verification", "decision"])
def test_the_cells_are_the_rates_of_the_decision_else_of_the_mean_distance(group: str) -> None:
    figures = {
        "verification/skilled/refs_1/eer": 0.5,
        f"{group}/skilled/refs_1/eer": 0.125,
        f"{group}/skilled/refs_1/eer_ci_low": 0.1,
        f"{group}/skilled/refs_1/eer_ci_high": 0.2,
        f"{group}/skilled/refs_1/far_at_threshold": 0.0625,
        f"{group}/skilled/refs_1/frr_at_threshold": 0.25,
        f"{group}/skilled/refs_1/n_identities": 1200,
    }
    cells = tested_collections.rate_cells(LEFT_OUT[0], figures)
    assert len(cells) == len(tested_collections.RATE_COLUMNS)
    assert cells[:4] == ["cedar", "12.5 (10.0–20.0)", "6.2 (–)", "25.0 (–)"]
    assert cells[4:] == ["–", "–", "–", "1,200"]


def test_what_was_not_measured_is_a_dash() -> None:
    assert tested_collections.rate_cells(LEFT_OUT[0], {}) == ["cedar", *"–––––––"]
