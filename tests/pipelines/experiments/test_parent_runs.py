"""The MLflow run above the runs of several experiments."""

from typing import Any

from components.shared.tracking import mlflow_store
from pipelines.experiments.parent_runs import (
    Branch,
    Comparison,
    branch_columns,
    markdown_table,
    params_of,
    parent_run,
    track,
)

SKILLED = "val/verification/skilled/refs_1"
FIGURES = {f"{SKILLED}/eer": 0.25, f"{SKILLED}/eer_ci_low": 0.125, f"{SKILLED}/n_pairs": 90.0}


def test_equal_runs_have_one_parent_and_others_another(client: Any) -> None:
    experiment = mlflow_store.experiment_id(client)
    first, second = client.create_run(experiment), client.create_run(experiment)
    children = [first.info.run_id, None, second.info.run_id]
    with parent_run("comparison", "a × b", children) as parent:
        parent.log_params({"train.margin": "soft"})
    with parent_run("comparison", "again", children[::-1]) as again:
        assert again.run_id == parent.run_id
    with parent_run("comparison", "one", children[:1]) as other:
        assert other.run_id != parent.run_id
    run = client.get_run(parent.run_id)
    assert (run.info.status, run.data.params) == ("FINISHED", {"train.margin": "soft"})
    assert run.info.run_name == "comparison a × b"
    tags = client.get_run(second.info.run_id).data.tags
    assert tags["mlflow.parentRunId"] == parent.run_id


def test_without_runs_in_the_store_nothing_is_written(client: Any) -> None:
    for children in ([], [None], ["0" * 32]):
        with parent_run("comparison", "nothing", children) as parent:
            parent.log_params({"train.margin": "soft"})
        assert parent.run_id is None


def test_the_parent_of_a_comparison_has_its_table_its_parameters_and_the_best(client: Any) -> None:
    experiment = mlflow_store.experiment_id(client)
    ids = [client.create_run(experiment).info.run_id for _ in range(2)]
    branches = [
        Branch("train.mining=hard", FIGURES, ids[0]),
        Branch("train.mining=all", {}, ids[1]),
    ]
    params = {"train.mining": "[hard, all]", "train.steps": "7"}
    for _ in range(2):
        track(Comparison("of mining", branches, params, "| settings |\n"))
    (parent,) = {client.get_run(run_id).data.tags["mlflow.parentRunId"] for run_id in ids}
    run = client.get_run(parent)
    assert run.data.params == params
    assert run.data.metrics == {"verify/eer_val": 0.25}
    assert (run.data.tags["best"], run.data.tags["best_run_id"]) == ("train.mining=hard", ids[0])
    assert run.data.tags["mlflow.note.content"] == "| settings |\n"
    assert run.data.tags["mlflow.source.name"] == "pipelines compare"
    table = client.load_table(experiment, "comparison/settings.json", [parent])
    assert list(table["settings"]) == ["train.mining=hard", "train.mining=all"]
    assert table["eer_skilled"].iloc[0] == 0.25


def test_the_table_has_a_row_for_each_branch_and_no_empty_column() -> None:
    branches = [Branch("train.mining=hard", FIGURES, "0123"), Branch("train.mining=all", {}, None)]
    assert branch_columns(branches) == {
        "settings": ["train.mining=hard", "train.mining=all"],
        "eer_skilled": [0.25, None],
        "eer_skilled_low": [0.125, None],
        "comparisons_skilled": [90.0, None],
        "run": ["0123", None],
    }


def test_where_test_was_measured_the_table_has_its_rates() -> None:
    on_test = {**FIGURES, "decision/skilled/refs_1/eer": 0.5}
    columns = branch_columns([Branch("a", on_test, None), Branch("b", FIGURES, None)])
    assert columns["eer_skilled_test"] == [0.5, None]


def test_a_table_in_markdown_has_a_rule_below_its_heading() -> None:
    table = markdown_table([["settings", "EER %"], ["train.mining=hard", "25.0"]])
    assert table == "| settings | EER % |\n|---|---|\n| train.mining=hard | 25.0 |"


def test_assignments_are_parameters_by_name() -> None:
    assert params_of(["split.by='a=b'", "train.steps=7"]) == {
        "split.by": "'a=b'",
        "train.steps": "7",
    }
