"""`python -m pipelines run compare` and `run retrain` as a user runs them, on a tiny sample."""

import json
import shutil
from pathlib import Path
from typing import Any

import mlflow
import pytest

from components.evaluate.__main__ import main as evaluate_command
from components.evaluate.params import EvaluateParams
from components.freeze import step as freeze
from components.freeze.__main__ import main as freeze_command
from components.freeze.params import FreezeParams
from components.shared.storage.files import manifest
from pipelines.__main__ import main as pipelines
from pipelines.registry.promotion import promote
from tests.e2e.test_kubeflow import client, start

SMALL = ("train.steps=1", "evaluate.references=2", "split.val=0.25")
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
def comparison(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> tuple[Path, Path]:
    """The working folder, and that of a comparison in it."""
    folder = tmp_path_factory.mktemp("pipelines")
    shutil.copyfile(empty_store, folder / "mlflow.db")
    client(folder).create_experiment(
        "signature-recognition", artifact_location=(folder / "artifacts").as_uri()
    )
    return folder, run(folder, "compare", ("--grid", "train.mining=hard,all"))


def test_settings_are_compared_on_val_under_one_parent_and_the_best_is_measured_on_test_and_shipped(
    comparison: tuple[Path, Path],
) -> None:
    folder, own = comparison
    branches = [own / f"for-loop-1-iteration-{number}" for number in range(2)]
    figures = [
        json.loads((one / "evaluate" / "evaluation" / "metrics.json").read_text())
        for one in branches
    ]
    assert all(set(metrics) == {"val"} for metrics in figures)
    eers = [metrics["val"]["verification"]["skilled"]["refs_1"]["eer"] for metrics in figures]
    best = branches[eers.index(min(eers))]

    embedder = own / "choose" / "embedder" / "embedder.keras"
    assert embedder.read_bytes() == (best / "train" / "embedder" / "embedder.keras").read_bytes()
    assert "verification" in json.loads(
        (own / "evaluate-2" / "evaluation" / "metrics.json").read_text()
    )
    assert (own / "freeze" / "frozen" / "manifest.json").is_file()

    runs = [
        client(folder).get_run(record(one / "evaluate" / "evaluation")["run_id"])
        for one in branches
    ]
    assert [one.data.params["train.mining"] for one in runs] == ["hard", "all"]
    (parent,) = {one.data.tags["mlflow.parentRunId"] for one in runs}
    winner = record(best / "train" / "embedder")["params"]["train.mining"]
    assert client(folder).get_run(parent).data.tags["best"] == f"train.mining={winner}"
    report = (own / "choose" / "report").read_text()
    assert f"**train.mining={winner}** is the best on val" in report
    assert "Best and second: skilled, 1 reference: " in report


def test_the_first_model_becomes_champion_and_the_next_is_measured_against_it_on_the_same_images(
    comparison: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder, compared = comparison
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    data = (
        compared / "ingest" / "raw",
        compared / "preprocess" / "prepared",
        compared / "choose" / "split",
    )
    first = promote(EvaluateParams(), NAME, *data, compared / "freeze" / "frozen")
    assert "There was no champion" in first.report
    registered = client(folder).get_model_version_by_alias(NAME, "champion")
    assert registered.run_id == record(compared / "freeze" / "frozen")["run_id"]
    served = Path(mlflow.artifacts.download_artifacts(f"models:/{NAME}@champion"))
    assert (served / "MLmodel").is_file()

    own = run(folder, "retrain", ("--model", NAME), "ingest.sample.seed=1")
    report = (own / "promote" / "report").read_text()
    run_id = record(own / "freeze" / "frozen")["run_id"]
    (version,) = client(folder).search_model_versions(f"run_id = '{run_id}'")
    (alias,) = client(folder).get_model_version(NAME, version.version).aliases
    assert f"registered under `{alias}`" in report
    verdict = next(
        line for line in report.splitlines() if line.startswith("- skilled, 1 reference: ")
    )
    won = (
        f"version {version.version} (challenger) is better" in verdict
        and "more than chance" in verdict
    )
    assert alias == ("champion" if won else "challenger")
    champion = client(folder).get_model_version_by_alias(NAME, "champion")
    assert champion.version == (version.version if won else registered.version)
    measured = json.loads((own / "promote" / "executor_output.json").read_text())
    (metrics,) = measured["artifacts"]["metrics"]["artifacts"]
    assert 0 <= metrics["metadata"]["champion/eer"] <= 1


def test_promote_compares_by_the_same_rule_and_the_champion_is_measured_and_fetched_by_its_address(
    comparison: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, compared = comparison
    monkeypatch.setenv("MLFLOW_TRACKING_URI", f"sqlite:///{folder}/mlflow.db")
    raw, first, second = compared / "ingest" / "raw", compared / "freeze" / "frozen", tmp_path / "2"
    prepared, split = compared / "preprocess" / "prepared", compared / "choose" / "split"
    data = [f"--raw={raw}", f"--prepared={prepared}", f"--split={split}", "--name=home"]
    (evaluation,) = (path.parent for path in compared.glob("*/evaluation/decision.json"))
    embedder = compared / "choose" / "embedder"
    inputs = (raw, prepared, split, embedder, evaluation)
    freeze.run(FreezeParams(parity_images=3), *inputs, second)  # its own run

    pipelines(["promote", str(first), *data])
    assert "Version 1 is registered under `champion`." in capsys.readouterr().out
    for before in ("", " It had been registered before."):
        pipelines(["promote", str(second), *data])
        text = capsys.readouterr().out
        assert "Version 1 stays champion: the difference to version 2 may be chance." in text
        assert "  skilled, 1 reference: no difference (" in text
        assert f"Version 2 is registered under `challenger`.{before}\n" in text
    assert client(folder).get_registered_model("home").aliases == {"champion": 1, "challenger": 2}

    champion = "models:/home@champion"
    freeze_command(["fetch", champion, "--out", str(tmp_path / "fetched")])
    assert manifest(tmp_path / "fetched") == manifest(first)
    evaluate_command(["--model", champion, "--data", str(raw), "--out", str(tmp_path / "report")])
    assert "skilled" in (tmp_path / "report" / "summary.txt").read_text()
