"""`python -m pipelines compare` as a user runs it: a grid of DVC experiments, gathered under one
MLflow run.
"""

import json
import sys
from pathlib import Path

import pytest

from tests.e2e.repository import Repository


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Repository:
    repository = Repository(tmp_path_factory.mktemp("compare"), empty_store)
    repository.set({"train": {"steps": 1}, "split": {"val": 0.2}})
    repository.run("git", "commit", "-qam", "one step")
    return repository


def compare(repository: Repository, *grid: str) -> tuple[str, list[str]]:
    """All that was printed, and the rows of the table, a row for each combination."""
    printed = repository.run(sys.executable, "-m", "pipelines", "compare", *grid)
    lines = printed.splitlines()
    heads = [number for number, line in enumerate(lines) if line.startswith("settings ")]
    assert len(heads) == 1
    return printed, [line for line in lines[heads[0] + 1 :] if line.startswith("train.mining=")]


def test_a_comparison_goes_on_from_what_an_earlier_one_finished(repository: Repository) -> None:
    printed, rows = compare(repository, "train.mining=hard")
    assert printed.count("Running stage 'train'") == 1
    assert [row.split()[0] for row in rows] == ["train.mining=hard"]

    printed, rows = compare(repository, "train.mining=hard,all")
    assert printed.count("Running stage 'train'") == 1
    assert {row.split()[0] for row in rows} == {"train.mining=hard", "train.mining=all"}
    rates = [float(row.split()[2]) for row in rows]
    assert rates == sorted(rates)


def test_a_comparison_measures_val_alone_and_ships_nothing(repository: Repository) -> None:
    printed, (row, _) = compare(repository, "train.mining=hard,all")
    assert "freeze" not in printed
    assert f"dvc exp run -S {row.split()[0]}" in printed.splitlines()
    read = (
        "import sys, dvc.api; "
        "print(dvc.api.read('reports/evaluation/metrics.json', rev=sys.argv[1]))"
    )
    content = repository.run(sys.executable, "-c", read, row.split()[1])
    metrics = json.loads(content[content.index("{") : content.rindex("}") + 1])
    assert set(metrics) == {"val"}
    assert metrics["val"]["verification"]["skilled"]["refs_1"]["eer"] == pytest.approx(
        float(row.split()[2]) / 100, abs=5e-4
    )


def test_the_runs_stand_under_one_parent_and_the_working_tree_is_as_it_was(
    repository: Repository,
) -> None:
    parents = {run.info.run_id: run for run in repository.runs() if "comparison" in run.data.tags}
    children: dict[str, set[str]] = {parent: set() for parent in parents}
    for run in repository.runs():
        if "mlflow.parentRunId" in run.data.tags:
            children[run.data.tags["mlflow.parentRunId"]].add(run.data.params["train.mining"])
    assert {"hard", "all"} in children.values()
    (parent,) = (parents[name] for name, mined in children.items() if mined == {"hard", "all"})
    assert parent.data.params == {"train.mining": "[hard, all]"}
    assert parent.data.tags["best"].startswith("train.mining=")
    assert parent.data.tags["best_run_id"] in {run.info.run_id for run in repository.runs()}
    assert set(parent.data.metrics) == {"verify/eer_val"}
    assert repository.run("git", "status", "--short") == ""
    assert not (Path(repository.folder) / "models").exists()
