"""`python -m pipelines run compare` and `run retrain` as a user runs them, on a tiny sample."""

import json
from pathlib import Path
from typing import Any

import mlflow
import pytest

from tests.e2e.test_kubeflow import client, start

SMALL = ("train.steps=1", "train.pooled_stages=[2]", "evaluate.references=2", "split.val=0.25")
NAME = "signatures"


def run(folder: Path, pipeline: str, options: tuple[str, ...], *assignments: str) -> Path:
    """Runs a pipeline in processes and returns the run's own folder."""
    root = folder / "root"
    before = set(root.glob("*"))
    started = start(folder, "subprocess", *SMALL, *assignments, pipeline=(pipeline, *options))
    out, err = started.communicate()
    assert started.returncode == 0, out[-5000:] + err
    (own,) = set(root.glob("*")) - before
    return own


def record(folder: Path) -> Any:
    return json.loads((folder / "mlflow_run.json").read_text())


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("pipelines")
    client(made).create_experiment("signature-recognition", artifact_location=(made / "artifacts").as_uri())
    return made


def test_settings_are_compared_on_val_under_one_parent_and_the_best_is_measured_on_test_and_shipped(
    folder: Path,
) -> None:
    own = run(folder, "compare", ("--grid", "train.mining=hard,all"))
    branches = [own / f"for-loop-1-iteration-{number}" for number in range(2)]
    figures = [json.loads((one / "evaluate" / "evaluation" / "metrics.json").read_text()) for one in branches]
    assert all(set(found) == {"val"} for found in figures)
    eers = [found["val"]["verification"]["skilled"]["refs_1"]["eer"] for found in figures]
    best = branches[eers.index(min(eers))]

    chosen = own / "choose" / "embedder" / "embedder.keras"
    assert chosen.read_bytes() == (best / "train" / "embedder" / "embedder.keras").read_bytes()
    assert "verification" in json.loads((own / "evaluate-2" / "evaluation" / "metrics.json").read_text())
    assert (own / "freeze" / "frozen" / "manifest.json").is_file()

    runs = [client(folder).get_run(record(one / "evaluate" / "evaluation")["run_id"]) for one in branches]
    assert [one.data.params["train.mining"] for one in runs] == ["hard", "all"]
    (parent,) = {one.data.tags["mlflow.parentRunId"] for one in runs}
    winner = record(best / "train" / "embedder")["params"]["train.mining"]
    assert client(folder).get_run(parent).data.tags["best"] == f"train.mining={winner}"
    report = (own / "choose" / "report").read_text()
    assert f"**train.mining={winner}** is the best on val" in report
    assert "Best and second: skilled, 1 reference: " in report


def test_the_first_model_becomes_champion_and_the_next_is_measured_against_it_on_the_same_images(folder: Path) -> None:
    first = run(folder, "retrain", ("--model", NAME))
    registered = client(folder).get_model_version_by_alias(NAME, "champion")
    assert registered.run_id == record(first / "freeze" / "frozen")["run_id"]
    assert "There was no champion" in (first / "promote" / "report").read_text()
    mlflow.set_tracking_uri(f"sqlite:///{folder}/mlflow.db")
    served = Path(mlflow.artifacts.download_artifacts(f"models:/{NAME}@champion"))
    assert (served / "MLmodel").is_file()

    second = run(folder, "retrain", ("--model", NAME), "ingest.sample.seed=1")
    report = (second / "promote" / "report").read_text()
    (version,) = client(folder).search_model_versions(f"run_id = '{record(second / 'freeze' / 'frozen')['run_id']}'")
    (alias,) = client(folder).get_model_version(NAME, version.version).aliases
    assert f"registered under `{alias}`" in report
    verdict = next(line for line in report.splitlines() if line.startswith("- skilled, 1 reference: "))
    won = f"version {version.version} (challenger) is better" in verdict and "more than chance" in verdict
    assert alias == ("champion" if won else "challenger")
    champion = client(folder).get_model_version_by_alias(NAME, "champion")
    assert champion.version == (version.version if won else registered.version)
    measured = json.loads((second / "promote" / "executor_output.json").read_text())
    (metrics,) = measured["artifacts"]["metrics"]["artifacts"]
    assert 0 <= metrics["metadata"]["champion/eer"] <= 1
