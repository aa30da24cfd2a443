"""Comparing settings: what is run, what is refused before anything runs, and the table."""

import pytest

from components.shared.runtime.errors import InputError
from pipelines.experiments.grid import Outcome, combinations, command_on_test, compare, table


def test_a_grid_is_all_combinations_in_the_order_given() -> None:
    assert combinations(["train.mining=hard,all", "train.margin=0.2,soft"]) == [
        ("train.mining=hard", "train.margin=0.2"),
        ("train.mining=hard", "train.margin=soft"),
        ("train.mining=all", "train.margin=0.2"),
        ("train.mining=all", "train.margin=soft"),
    ]


@pytest.mark.parametrize(
    "axis", ["train.mining", "train.mining=", "train.mining=hard,,all", "=hard"]
)
def test_an_axis_without_name_or_values_is_refused(axis: str) -> None:
    with pytest.raises(InputError, match="write <section>"):
        combinations([axis])


def test_the_table_has_a_line_for_each_outcome_and_a_dash_where_a_figure_is_missing() -> None:
    key = "val/verification/skilled/refs_1"
    skilled = {f"{key}/eer": 0.125, f"{key}/eer_ci_low": 0.1, f"{key}/eer_ci_high": 0.2}
    skilled |= {f"{key}/n_identities": 8, f"{key}/n_pairs": 1200}
    key = "val/verification/random/refs_1"
    random = {f"{key}/eer": 0.0625, f"{key}/n_identities": 9, f"{key}/n_pairs": 34_000}
    outcomes = [
        Outcome("a", ("train.mining=hard",), skilled | random, "1"),
        Outcome("b", ("train.mining=all",), random, None),
    ]
    head, first, second = table(outcomes).splitlines()
    assert head.split()[:2] == ["settings", "experiment"]
    assert first.split() == [
        "train.mining=hard",
        "a",
        "12.5",
        "(10.0–20.0)",
        "1,200",
        "6.2",
        "(–)",
        "34,000",
        "9",
    ]
    assert second.split() == ["train.mining=all", "b", "–", "–", "6.2", "(–)", "34,000", "9"]


@pytest.mark.parametrize(
    ("grid", "assignments"),
    [(["evaluate.part=test,both"], []), (["train.mining=hard"], ["evaluate.part=both"])],
)
def test_a_comparison_that_would_look_at_test_is_refused(
    grid: list[str], assignments: list[str]
) -> None:
    with pytest.raises(InputError, match=r"evaluate\.part is val in a comparison"):
        compare(grid, assignments)


def test_the_best_is_measured_on_test_by_a_command_with_all_its_settings() -> None:
    best = Outcome("a", ("train.mining=hard",), {}, None)
    assignments = ["train.mining=all", "train.pooled_blocks=[7,10]"]
    assert (
        command_on_test(best, assignments)
        == "dvc exp run -S 'train.pooled_blocks=[7,10]' -S train.mining=hard"
    )
