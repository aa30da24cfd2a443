"""Comparing settings: what is run, what is refused before anything runs, and the table."""

import shlex
from collections.abc import Sequence

import pytest

from components.shared.runtime.errors import InputError
from pipelines.experiments import dvc_experiments, tested_collections
from pipelines.experiments.grid import (
    Outcome,
    combinations,
    command_on_test,
    compare,
    conclusion,
    table,
)


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


GRID = ["split.by=collection", "split.collections.test=[cedar],['it''s']"]
"""Two collections, each tested in its turn; the second is no plain word."""


def test_a_collection_is_left_out_in_each_branch_and_hydra_reads_which() -> None:
    settings = combinations(GRID)
    assert [tested_collections.tested(each) for each in settings] == ["cedar", "it's"]
    options = [dvc_experiments.set_options(each) for each in settings]
    assert options[0] == ["-S", "split.by=collection", "-S", "split.collections.test=[cedar]"]
    assert options[1][3] == r"split.collections.test=['it\'s']"


def test_the_table_of_collections_says_which_was_tested_in_the_order_of_the_grid() -> None:
    key = "decision/skilled/refs_1"
    outcomes = [
        Outcome(name, each, {f"{key}/eer": rate, f"{key}/n_identities": 7}, None)
        for name, each, rate in zip("ab", combinations(GRID), (0.25, 0.125), strict=True)
    ]
    head, first, second = table(outcomes).splitlines()
    assert "collection tested" in head
    assert "test EER %, skilled" in head
    assert " cedar " in first
    assert "25.0 (–)" in first
    assert " it's " in second
    said = conclusion(outcomes, [])
    assert said.startswith("Each collection is tested by a model that has not seen it")
    assert "dvc exp run" not in said


def test_a_grid_of_collections_evaluates_test_and_is_refused_where_it_names_none_of_the_source(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    ran: list[Sequence[str]] = []

    def run(_: str, assignments: Sequence[str], until: str) -> str:
        ran.append(assignments)
        assert until == "evaluate"
        return "experiment"

    monkeypatch.setattr(dvc_experiments, "run", run)
    monkeypatch.setattr(dvc_experiments, "read_metrics", lambda _: {})
    monkeypatch.setattr(dvc_experiments, "run_id", lambda _: None)
    source = "ingest.source=[{name: a, source: sample}, {name: b, source: sample}]"
    grid = ["split.by=collection", "split.collections.test=[b],[a]"]
    outcomes = compare(grid, [source])
    assert [tested_collections.tested(each.settings) for each in outcomes] == ["b", "a"]
    assert all({source, "evaluate.part=both"} <= set(each) for each in ran)
    with pytest.raises(InputError, match=r"split.collections.test names 'c', but the collections"):
        compare([grid[0], "split.collections.test=[b],[c]"], [source])
    assert len(ran) == 2


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
    said = conclusion([best], ["ingest.source=https://anna:planted@host/a.zip"])
    assert said.startswith("Test was not looked at. To measure the first on it:\ndvc exp run -S")
    assert "planted" not in said
