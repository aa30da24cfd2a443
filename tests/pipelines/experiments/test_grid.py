"""Comparing settings: what is run, what is refused before anything runs, and the table."""

import shlex

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


def test_quotes_and_brackets_hold_the_values_of_a_grid_together() -> None:
    assert combinations(["ingest.source='a, b',é (2)=$x", "train.pooled_blocks=[7],[7, 13]"]) == [
        ("ingest.source=a, b", "train.pooled_blocks=[7]"),
        ("ingest.source=a, b", "train.pooled_blocks=[7, 13]"),
        ("ingest.source=é (2)=$x", "train.pooled_blocks=[7]"),
        ("ingest.source=é (2)=$x", "train.pooled_blocks=[7, 13]"),
    ]


@pytest.mark.parametrize(
    "axis",
    [
        "train.mining",
        "train.mining=",
        "train.mining=hard,,all",
        "=hard",
        "ingest.source=a #2,b",
        "ingest.source=[a,b",
        "ingest.source={a,b",
        "ingest.source=a],[b",
    ],
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
    assignments = ["train.mining=all", "train.pooled_blocks=[7,10]", "ingest.source=a (2)"]
    command = shlex.split(command_on_test(best, assignments))
    assert command[:3] == ["dvc", "exp", "run"]
    settings = ["train.pooled_blocks=[7,10]", "ingest.source='a (2)'", "train.mining=hard"]
    assert command[3:] == ["-S", settings[0], "-S", settings[1], "-S", settings[2]]
