"""`python -m pipelines run`: the whole pipeline on a tiny sample, as processes and containers."""

import json
import math
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from pipelines.experiments import dvc_experiments
from pipelines.sections import STEPS
from tests.e2e.engine import docker, image

ROOT = Path(__file__).parents[2]
TINY = [
    "ingest.sample.identities=12",
    "ingest.sample.genuine=6",
    "ingest.sample.forgeries=3",
    "preprocess.height=32",
    "preprocess.width=48",
    "train.pooled_blocks=[3]",
    "train.identities_per_batch=3",
    "train.steps=2",
    "train.validate_every=2",
    "train.checkpoint_every=2",
    "evaluate.draws=2",
    "freeze.parity_images=4",
]


def run(folder: Path, runner: str, *assignments: str) -> subprocess.CompletedProcess[str]:
    """Runs the pipeline with its outputs, its tracking store and its checkpoints below a folder."""
    started = start(folder, runner, *assignments)
    out, err = started.communicate()
    return subprocess.CompletedProcess(started.args, started.returncode, out, err)


def start(
    folder: Path, runner: str, *assignments: str, pipeline: tuple[str, ...] = ("signature",)
) -> subprocess.Popen[str]:
    options = dvc_experiments.set_options([*TINY, *assignments])
    where = ("--runner", runner, "--root", str(folder / "root"))
    command = [sys.executable, "-m", "pipelines", "run", *pipeline, *where, *options]
    inherited = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("MLFLOW_", "DVC_", "PYTHONPATH"))
    }
    own = {"MLFLOW_TRACKING_URI": store(folder), "CHECKPOINT_DIR": str(folder / "checkpoints")}
    return subprocess.Popen(
        command,
        cwd=ROOT,
        env={**inherited, **own},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def store(folder: Path) -> str:
    return f"sqlite:///{folder}/mlflow.db"


def client(folder: Path) -> Any:
    import mlflow

    return mlflow.MlflowClient(tracking_uri=store(folder))


@pytest.fixture(scope="module", params=["subprocess", "docker"])
def done(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, empty_store: Path
) -> tuple[Path, Path, subprocess.CompletedProcess[str]]:
    """The working folder, the run's own folder in it, and how the command ended."""
    if request.param == "docker":
        image()
    folder = tmp_path_factory.mktemp(f"kubeflow-{request.param}")
    shutil.copyfile(empty_store, folder / "mlflow.db")
    client(folder).create_experiment(
        "signature-recognition", artifact_location=(folder / "artifacts").as_uri()
    )
    ended = run(folder, request.param)
    assert ended.returncode == 0, ended.stdout[-5000:] + ended.stderr
    (own,) = (folder / "root").iterdir()
    return folder, own, ended


Done = tuple[Path, Path, subprocess.CompletedProcess[str]]


def metadata(done: Done, task: str, artifact: str) -> dict[str, Any]:
    written = json.loads((done[1] / task / "executor_output.json").read_text())
    (content,) = written["artifacts"][artifact]["artifacts"]
    result: dict[str, Any] = content["metadata"]
    return result


def test_each_task_leaves_the_folder_of_its_step(done: Done) -> None:
    for written in (
        "ingest/raw/catalog.csv",
        "preprocess/prepared/images.npy",
        "split/split/split.parquet",
        "train/embedder/embedder.keras",
        "evaluate/evaluation/metrics.json",
        "freeze/frozen/frozen_graph.pb",
        "freeze/frozen/saved_model/saved_model.pb",
        "freeze/frozen/manifest.json",
    ):
        assert (done[1] / written).stat().st_size > 0, written


def test_the_figures_of_each_task_are_in_its_metrics(done: Done) -> None:
    for task in ("ingest", "preprocess", "split", "train", "evaluate", "freeze"):
        figures = metadata(done, task, "metrics")
        assert figures, task
        assert all(math.isfinite(value) for value in figures.values()), task
    eer = metadata(done, "evaluate", "metrics")["verification/skilled/refs_1/eer"]
    assert 0 <= eer <= 1
    assert metadata(done, "freeze", "metrics")["parity/frozen_graph/max_abs_difference"] <= 1e-4


def test_the_roc_runs_from_corner_to_corner_and_never_back(done: Done) -> None:
    points = metadata(done, "evaluate", "roc")["confidenceMetrics"]
    far = [point["falsePositiveRate"] for point in points]
    tar = [point["recall"] for point in points]
    assert len(points) > 2
    assert (far[0], tar[-1], far[-1]) == (0, 1, 1)
    assert far == sorted(far)
    assert tar == sorted(tar)
    assert all(math.isfinite(point["confidenceThreshold"]) for point in points)


def test_the_report_is_one_page_with_its_pictures_inside(done: Done) -> None:
    page = (done[1] / "evaluate" / "report").read_text()
    assert "<html" in page
    assert page == (done[1] / "evaluate" / "evaluation" / "upload" / "report.html").read_text()
    assert page.count("<img ") == page.count('src="data:image/png;base64,') > 0


def test_the_command_says_where_report_and_model_are(done: Done) -> None:
    said = done[2].stdout.splitlines()[-2:]
    assert said == [
        f"report: {done[1] / 'evaluate' / 'evaluation' / 'report.html'}",
        f"frozen: {done[1] / 'freeze' / 'frozen'}",
    ]


def test_one_pipeline_run_is_one_mlflow_run_with_all_of_it(done: Done) -> None:
    experiment = client(done[0]).get_experiment_by_name("signature-recognition")
    (tracked,) = client(done[0]).search_runs([experiment.experiment_id])
    assert tracked.info.status == "FINISHED"
    for folder in ("train/embedder", "evaluate/evaluation", "freeze/frozen"):
        assert (
            json.loads((done[1] / folder / "mlflow_run.json").read_text())["run_id"]
            == tracked.info.run_id
        )
    assert {name.split(".")[0] for name in tracked.data.params} == set(STEPS)
    assert tracked.data.params["ingest.sample.identities"] == "12"
    assert {"train/loss", "verify/eer_skilled"} <= set(tracked.data.metrics)
    assert len(tracked.outputs.model_outputs) == 1


def test_a_later_task_that_refuses_its_input_is_named_and_nothing_runs_after_it(
    tmp_path: Path,
) -> None:
    ended = run(tmp_path, "subprocess", "split.by=folders")
    assert ended.returncode == 2, ended.stdout[-5000:]
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: task 'split' failed: ")
    (own,) = (tmp_path / "root").iterdir()
    assert sorted(path.name for path in own.iterdir() if any(path.iterdir())) == [
        "fingerprint",
        "ingest",
        "preprocess",
    ]


def test_a_container_that_refuses_its_input_is_named_and_nothing_runs_after_it(
    tmp_path: Path,
) -> None:
    image()
    empty = tmp_path / "empty"
    empty.mkdir()
    ended = run(tmp_path, "docker", f"ingest.source={empty}")
    assert ended.returncode == 2, ended.stdout[-5000:]
    (line,) = ended.stderr.splitlines()
    assert line.startswith("error: task 'fingerprint' failed: ")
    assert str(empty) in line
    assert [path for path in (tmp_path / "root").rglob("*") if path.is_file()] == []


def test_ctrl_c_leaves_no_container_behind(tmp_path: Path) -> None:
    image()
    started = start(tmp_path, "docker", "ingest.sample.identities=100000")
    label = f"label=signature-recognition.process={started.pid}"

    def running() -> str:
        return docker("ps", "--quiet", "--filter", label).stdout

    while not running():
        assert started.poll() is None, started.communicate()
        time.sleep(0.2)
    started.send_signal(signal.SIGINT)
    _, said = started.communicate()
    assert (started.returncode, said) == (130, "interrupted\n")
    assert running() == ""
