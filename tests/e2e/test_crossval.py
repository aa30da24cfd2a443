"""`python -m pipelines crossval` as a user runs it: stopped after the first fold, given again, and
what it leaves.
"""

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import dvc.api
import pandas as pd
import pytest

from pipelines.experiments.parent_runs import parent_run
from tests.e2e.repository import TINY, Repository

COMMAND = [sys.executable, "-m", "pipelines", "crossval", "--folds", "2", "-S", "train.steps=1"]
IDENTITIES = TINY["ingest"]["sample"]["identities"]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Repository:
    return Repository(tmp_path_factory.mktemp("crossval"), empty_store)


@pytest.fixture(scope="module")
def printed(repository: Repository) -> tuple[str, str]:
    """The output of the command, stopped before its second fold, and of the same command given
    again.
    """
    started = subprocess.Popen(
        COMMAND,
        cwd=repository.folder,
        env=repository.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    lines = []
    assert started.stdout
    for line in started.stdout:
        lines.append(line)
        if line.startswith("[2/2]"):
            os.killpg(started.pid, signal.SIGINT)
    assert started.wait() == 130, "".join(lines)
    return "".join(lines), repository.run(*COMMAND)


def names(repository: Repository) -> list[str]:
    return repository.run("dvc", "exp", "list", "--name-only").split()


def test_a_stopped_cross_validation_trains_no_finished_fold_again(printed: tuple[str, str]) -> None:
    first, second = printed
    assert "[2/2] fold 1" in first
    assert second.count("Running stage 'train'") == 1
    assert second.count("Running stage 'evaluate'") == 1
    assert "Running stage 'freeze'" not in second


def test_every_identity_is_tested_once(repository: Repository, printed: tuple[str, str]) -> None:
    tested = []
    for name in names(repository):
        content = dvc.api.read(
            "reports/evaluation/scores.parquet", str(repository.folder), name, mode="rb"
        )
        tested += list(pd.read_parquet(io.BytesIO(content))["identity"].unique())
    assert len(tested) == len(set(tested)) == IDENTITIES
    metrics = json.loads((repository.folder / "reports/crossval/metrics.json").read_text())
    assert metrics["verification"]["skilled"]["refs_1"]["n_identities"] == IDENTITIES


def test_the_figures_are_written_and_printed(
    repository: Repository, printed: tuple[str, str]
) -> None:
    out = repository.folder / "reports/crossval"
    assert sorted(path.name for path in out.iterdir()) == [
        "metrics.json",
        "roc.csv",
        "roc.png",
        "summary.txt",
    ]
    assert (out / "summary.txt").read_text().strip() in printed[1]
    points = pd.read_csv(out / "roc.csv")
    skilled = points[points["curve"] == "skilled, 1 reference"]
    assert (skilled["far"].iloc[0], skilled["tpr"].iloc[0]) == (0, 0)
    assert (skilled["far"].iloc[-1], skilled["tpr"].iloc[-1]) == (1, 1)


def test_the_folds_runs_are_children_of_one_run_that_has_the_figures(
    repository: Repository, printed: tuple[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    runs = repository.runs()
    parents = [run for run in runs if "crossval" in run.data.tags]
    assert len(parents) == 1
    parent = parents[0]
    children = [
        run for run in runs if run.data.tags.get("mlflow.parentRunId") == parent.info.run_id
    ]
    assert sorted(run.data.params["split.fold"] for run in children) == ["0", "1"]
    assert parent.info.status == "FINISHED"
    assert {"verify/eer_skilled", "verify/eer_skilled_sd"} <= set(parent.data.metrics)
    assert len(parent.data.metrics) <= 30
    assert parent.data.params == {"train.steps": "1", "split.folds": "2"}
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{repository.folder}/mlruns/mlflow.db")
    with parent_run("crossval", "once more", [run.info.run_id for run in children]) as again:
        assert again.run_id == parent.info.run_id
    artifacts = repository.folder / "mlruns/artifacts" / parent.info.run_id / "artifacts/crossval"
    assert {"figures.json", "roc.png", "summary.txt"} <= {path.name for path in artifacts.iterdir()}


def test_the_working_tree_is_as_it_was(repository: Repository, printed: tuple[str, str]) -> None:
    assert repository.run("git", "status", "--short") == ""
    assert not (repository.folder / "models").exists()
