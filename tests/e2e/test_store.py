"""Whole runs with everything in stores: data, checkpoints, runs and their artifacts, models, DVC's
cache.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.ingest import step
from components.ingest.params import IngestParams
from components.shared.storage import files
from tests import s3_server as server
from tests.e2e import secrets
from tests.e2e.repository import TINY, Repository
from tests.e2e.servers import Tracking
from tests.e2e.test_resume import weights

STEPS = {
    "steps": 6,
    "checkpoint_every": 2,
    "validate_every": 3,
    "log_every": 1,
    "deterministic": True,
}
STAGES = ["ingest", "preprocess", "split", "train", "evaluate", "freeze"]


@dataclass
class Cluster:
    """A project whose data, checkpoints, runs and models are elsewhere; the tests go on from one
    another, in order.
    """

    repository: Repository
    store: server.Store
    tracking: Tracking
    source: str = ""
    checkpoints: str = ""
    models: str = ""
    printed: list[str] = field(default_factory=list)

    def run(self, *command: str) -> str:
        self.printed.append(self.repository.run(*command))
        return self.printed[-1]

    def client(self) -> Any:
        import mlflow

        return mlflow.MlflowClient(self.tracking.address)

    def runs(self) -> list[Any]:
        client = self.client()
        experiment = client.get_experiment_by_name("signature-recognition")
        return list(
            client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"])
        )


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory, store: server.Store) -> Iterator[Cluster]:
    """After `dvc repro` of a project that keeps nothing but the code on this machine."""
    tracking = Tracking(tmp_path_factory.mktemp("tracking"), store)
    try:
        cluster = Cluster(Repository(tmp_path_factory.mktemp("cluster")), store, tracking)
        cluster.source, cluster.checkpoints, cluster.models = (
            store.fresh(),
            store.fresh(),
            store.fresh("models"),
        )
        sample = tmp_path_factory.mktemp("sample") / "raw"
        step.run(IngestParams.model_validate(TINY["ingest"]), sample)
        store.upload(next(path for path in sample.iterdir() if path.is_dir()), cluster.source)
        cluster.repository.set(
            {
                "ingest": {"source": cluster.source},
                "freeze": {"publish": cluster.models},
                "train": STEPS,
            }
        )
        cluster.repository.environment |= store.environment()
        cluster.repository.environment |= {
            "MLFLOW_TRACKING_URI": tracking.address,
            "CHECKPOINT_DIR": cluster.checkpoints,
        }
        cluster.run("dvc", "repro")
        yield cluster
    finally:
        tracking.kill()


def test_one_run_over_http_holds_parameters_curves_figures_artifacts_and_the_model(
    cluster: Cluster,
) -> None:
    (run,) = cluster.runs()
    assert run.info.status == "FINISHED"
    assert {name.split(".")[0] for name in run.data.params} == set(STAGES)
    assert run.data.params["ingest.origin.address"] == cluster.source
    assert len(run.data.params["ingest.origin.listing"]) == 64
    assert {"train/loss", "verify/eer_skilled"} <= set(run.data.metrics)
    assert len(cluster.client().get_metric_history(run.info.run_id, "train/loss")) == STEPS["steps"]
    assert run.outputs.model_outputs, "the shipped model is not logged"
    names = {name.rpartition("/")[2] for name in cluster.store.objects(cluster.tracking.artifacts)}
    assert {"history.csv", "report.html", "manifest.json", "saved_model.pb"} <= names
    assert not (cluster.repository.folder / "mlruns" / "mlflow.db").exists()


def test_the_model_is_published_under_its_version_and_fetched_as_it_was(
    cluster: Cluster, tmp_path: Path
) -> None:
    address = cluster.run(
        sys.executable, "-m", "components.freeze", "list", cluster.models
    ).split()[-1]
    cluster.run(
        sys.executable,
        "-m",
        "components.freeze",
        "fetch",
        address,
        "--out",
        str(tmp_path / "fetched"),
    )
    assert files.manifest(tmp_path / "fetched") == files.manifest(
        cluster.repository.folder / "models" / "frozen"
    )
    assert cluster.runs()[0].data.tags["version"] == address.rpartition("/")[2]


def test_checkpoints_of_the_run_that_ended_are_gone_there_as_here(cluster: Cluster) -> None:
    assert cluster.store.objects(cluster.checkpoints) == {}
    assert not list((cluster.repository.folder / ".checkpoints").rglob("step-*"))


def test_a_fresh_clone_pulls_what_was_pushed_and_has_nothing_to_do(
    cluster: Cluster, tmp_path: Path
) -> None:
    url, endpoint = cluster.store.fresh("dvc-store"), cluster.store.endpoint
    cluster.run("make", "-o", "install", "remote", f"URL={url}", f"ENDPOINT={endpoint}")
    config = (cluster.repository.folder / ".dvc" / "config").read_text()
    assert url in config
    assert endpoint in config
    assert str(cluster.repository.folder) not in config
    cluster.run("dvc", "push")
    cluster.run("git", "add", "-A")
    cluster.run("git", "commit", "-qm", "with a remote")
    clone = tmp_path / "clone"
    cluster.run("git", "clone", "-q", str(cluster.repository.folder), str(clone))
    environment = {**cluster.repository.environment, "PYTHONPATH": str(clone)}

    def run(*command: str) -> str:
        done = subprocess.run(
            command, cwd=clone, env=environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-3000:]
        return done.stdout + done.stderr

    run("dvc", "pull")
    printed = run("dvc", "repro")
    assert [line for line in printed.splitlines() if line.startswith("Running stage")] == [
        "Running stage 'fingerprint':"
    ]
    assert files.manifest(clone / "models") == files.manifest(cluster.repository.folder / "models")

    (tmp_path / "bare").mkdir()
    subprocess.run(["git", "clone", "-q", str(clone), str(tmp_path / "bare")], check=True)
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=clone, capture_output=True, text=True, check=True
    ).stdout
    (tmp_path / "params.yaml").write_text(
        f"ingest: {{source: 'dvc:{tmp_path / 'bare'}@HEAD:data/raw'}}\n"
    )
    options = ("--params", str(tmp_path / "params.yaml"))
    run(sys.executable, "-m", "components.ingest", *options, "--out", str(tmp_path / "raw"))
    run(
        sys.executable,
        "-m",
        "components.ingest",
        "fingerprint",
        *options,
        "--out",
        str(tmp_path / "source.json"),
    )
    assert files.manifest(tmp_path / "raw") == files.manifest(clone / "data" / "raw")
    facts = (tmp_path / "source.json").read_text()
    assert f'"commit": "{revision.strip()}"' in facts
    assert '.dir"' in facts
    assert str(tmp_path) not in facts


def test_no_key_is_in_anything_that_the_runs_have_left_behind(cluster: Cluster) -> None:
    contents = secrets.contents([cluster.repository.folder.parent, cluster.tracking._folder])
    for address in (cluster.tracking.artifacts, cluster.models, "s3://dvc-store"):
        for name, content in cluster.store.objects(address).items():
            contents[f"{address}/{name}"] = content
    contents |= {f"output {number}": text.encode() for number, text in enumerate(cluster.printed)}
    assert len(contents) > 500
    assert any(cluster.source.encode() in content for content in contents.values()), (
        "the search finds nothing at all"
    )
    assert secrets.leaks(contents, server.OWNER) == []


def machine(cluster: Cluster, folder: Path, checkpoints: str) -> Repository:
    """Another machine: a clone of its own, with the prepared data and nothing else."""
    folder.mkdir()
    repository = Repository(folder)
    repository.set({"train": STEPS})
    repository.environment |= cluster.store.environment() | {
        "MLFLOW_TRACKING_URI": cluster.tracking.address
    }
    repository.environment |= {
        "CHECKPOINT_DIR": checkpoints,
        "TENSORBOARD_DIR": str(folder / "tensorboard"),
    }
    for name in ("prepared", "split"):
        shutil.copytree(
            cluster.repository.folder / "data" / name, repository.folder / "data" / name
        )
    return repository


def training(repository: Repository, log: Path) -> "subprocess.Popen[bytes]":
    with log.open("wb") as stream:
        return subprocess.Popen(
            [sys.executable, "-m", "components.train"],
            cwd=repository.folder,
            env=repository.environment,
            start_new_session=True,
            stdout=stream,
            stderr=stream,
        )


def wait_for(moment: Callable[[], bool], process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + 800
    while not moment():
        assert process.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
        time.sleep(0.01)


def test_a_training_killed_on_one_machine_goes_on_on_another_and_ends_with_the_same_bits(
    cluster: Cluster, tmp_path: Path
) -> None:
    place = cluster.store.fresh()
    first = machine(cluster, tmp_path / "one", place)
    process = training(first, tmp_path / "log")
    wait_for(
        lambda: any(
            name.endswith("step-00000002/manifest.json") for name in cluster.store.objects(place)
        ),
        process,
        tmp_path / "log",
    )
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (first.folder / "models" / "embedder").exists()

    second = machine(cluster, tmp_path / "two", place)
    assert "going on after step " in second.run(sys.executable, "-m", "components.train")
    assert cluster.store.objects(place) == {}
    model = "models/embedder/embedder.keras"
    ours = weights(second.folder / model)
    theirs = weights(cluster.repository.folder / model)
    assert ours.keys() == theirs.keys()
    for name, array in ours.items():
        assert np.array_equal(array, theirs[name]), name


def test_a_tracking_server_that_goes_away_in_mid_training_costs_a_warning_and_can_be_told_later(
    cluster: Cluster, tmp_path: Path
) -> None:
    repository = machine(cluster, tmp_path / "one", cluster.store.fresh())
    before = len(cluster.runs())
    process = training(repository, tmp_path / "log")
    wait_for(
        lambda: len(cluster.runs()) > before and "train/loss" in cluster.runs()[-1].data.metrics,
        process,
        tmp_path / "log",
    )
    cluster.tracking.kill()
    try:
        assert process.wait(600) == 0
    finally:
        cluster.tracking.start()
    lines = [
        line for line in (tmp_path / "log").read_text().splitlines() if "tracking store" in line
    ]
    assert len(lines) == 1
    assert "127.0.0.1" in lines[0]
    assert '"run_id": null' in (repository.folder / "models/embedder/mlflow_run.json").read_text()
    assert cluster.runs()[-1].info.status == "RUNNING"
    repository.run(sys.executable, "-m", "components.shared.relog", "models/embedder")
    assert cluster.runs()[-1].data.params["train.steps"] == str(STEPS["steps"])
    assert (
        len(cluster.client().get_metric_history(cluster.runs()[-1].info.run_id, "train/loss"))
        == STEPS["steps"]
    )
