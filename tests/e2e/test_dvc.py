"""The whole pipeline under DVC, as a user runs it, on a tiny generated data set, in a repository of
its own.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.e2e.repository import TINY, Repository

OUTPUTS = [
    "data/raw",
    "data/prepared",
    "reports/preprocess",
    "data/split",
    "models/embedder",
    "reports/evaluation",
    "models/frozen",
]


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """After the first `dvc repro`; the tests of this module go on from one another, in order."""
    repository = Repository(tmp_path_factory.mktemp("dvc"))
    assert repository.repro() == ["ingest", "preprocess", "split", "train", "evaluate", "freeze"]
    return repository


def test_one_command_leaves_every_output_and_one_run_that_holds_all_of_it(
    repository: Repository,
) -> None:
    assert all((repository.folder / out).is_dir() for out in OUTPUTS)
    (run,) = repository.runs()
    sections = {name.split(".")[0] for name in run.data.params}
    assert sections == {"ingest", "preprocess", "split", "train", "evaluate", "freeze"}
    assert {"train/loss", "val/eer_skilled", "verify/eer_skilled"} <= set(run.data.metrics)
    assert len(run.data.metrics) <= 30
    assert run.data.tags["mlflow.note.content"].startswith("With one reference, ")
    assert (
        run.data.tags["mlflow.source.git.commit"]
        == repository.run("git", "rev-parse", "HEAD").strip()
    )
    assert [used.dataset.name for used in run.inputs.dataset_inputs] == ["sample"]
    (model,) = run.outputs.model_outputs
    assert model.step == TINY["train"]["steps"] + 1
    figures = {metric.key for metric in repository.model(model.model_id).metrics}
    assert "verify/eer_skilled" in figures
    assert {name.partition("/")[0] for name in figures} == {"verify"}


def test_outputs_are_links_into_the_cache(repository: Repository) -> None:
    probe = repository.folder / "probe"
    try:
        os.link(repository.folder / "params.yaml", probe)
    except OSError:
        pytest.skip("this file system has no hard links")
    probe.unlink()
    for output in (
        "data/raw/catalog.csv",
        "data/prepared/images.npy",
        "models/embedder/embedder.keras",
    ):
        assert (repository.folder / output).stat().st_nlink > 1, output


def test_a_second_repro_runs_no_step(repository: Repository) -> None:
    assert repository.repro() == []


def test_the_logged_model_takes_image_bytes_and_gives_embeddings(repository: Repository) -> None:
    code = (
        "import mlflow, numpy as np, pathlib\n"
        "from components.shared.tracking import mlflow_store\n"
        "client = mlflow_store.connect()\n"
        f"run = client.get_run('{repository.run_id('models/frozen')}')\n"
        "(output,) = run.outputs.model_outputs\n"
        "model = mlflow.pyfunc.load_model(f'models:/{output.model_id}')\n"
        "images = sorted(pathlib.Path('data/raw').rglob('*.png'))[:3]\n"
        "contents = np.array([path.read_bytes() for path in images], dtype=object)\n"
        "embeddings = model.predict(contents)\n"
        "assert embeddings.shape == (3, 128), embeddings.shape\n"
        "assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)\n"
    )
    repository.run(sys.executable, "-c", code)


def test_an_evaluation_with_other_settings_is_a_run_of_its_own_and_trains_nothing(
    repository: Repository,
) -> None:
    first = repository.run_id("models/embedder")
    repository.set({"evaluate": {"draws": 3}})
    assert repository.repro() == ["evaluate", "freeze"]
    assert len(repository.runs()) == 2
    second = repository.runs()[1]
    assert second.data.tags["train_run_id"] == first
    assert [used.dataset.name for used in second.inputs.dataset_inputs] == ["sample"]
    assert repository.run_id("models/embedder") == first
    assert repository.run_id("models/frozen") == repository.run_id("reports/evaluation") != first


def test_what_dvc_takes_from_its_cache_opens_no_run(repository: Repository) -> None:
    repository.set({"evaluate": {"draws": 2}})
    assert repository.repro() == []
    assert len(repository.runs()) == 2
    assert repository.run_id("reports/evaluation") == repository.run_id("models/embedder")


def test_an_experiment_can_be_run_shown_compared_and_plotted(repository: Repository) -> None:
    repository.run("git", "add", "-A")
    repository.run("git", "commit", "-qm", "lock")
    repository.run("dvc", "exp", "run", "-S", "train.mining=hard", "--name", "hard-mining")
    newest = repository.runs()[-1]
    assert newest.data.params["train.mining"] == "hard"
    assert newest.data.tags["DVC_EXP_NAME"] == "hard-mining"
    shown = repository.run("dvc", "exp", "show", "--csv", "--drop", ".*/")
    assert "hard-mining" in shown
    columns = shown.splitlines()[0].split(",")
    assert columns[columns.index("parent") + 1] == "eer_skilled"
    compared = repository.run("dvc", "metrics", "diff", "--all", "HEAD").strip().splitlines()
    assert any("eer_skilled " in line for line in compared)
    assert len(compared) <= 11  # a head, and at most ten figures
    repository.run("dvc", "plots", "show")
    assert repository.run("git", "status", "--short", "dvc_plots") == ""
    page = (repository.folder / "dvc_plots" / "index.html").read_text()
    assert '"train/loss": "NaN"' in page  # of the step before the first
    assert '": ""' not in page, "a blank is drawn as zero"


def test_a_training_killed_under_dvc_goes_on_from_its_last_checkpoint(
    repository: Repository,
) -> None:
    repository.set({"train": {"steps": 40, "checkpoint_every": 2, "validate_every": 40, "seed": 5}})
    process = subprocess.Popen(
        ["dvc", "repro", "train"],
        cwd=repository.folder,
        env=repository.environment,
        start_new_session=True,
    )
    deadline = time.monotonic() + 300
    while not list((repository.folder / ".checkpoints").rglob("step-*/state.json")):
        assert process.poll() is None and time.monotonic() < deadline
        time.sleep(0.1)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (repository.folder / "models" / "embedder").exists()
    printed = repository.run("dvc", "repro", "train")
    assert "going on after step" in printed
    history = (repository.folder / "models" / "embedder" / "history.csv").read_text().splitlines()
    assert [line.split(",")[0] for line in history[1:]] == ["0", "10", "20", "30", "40"]
    assert not list((repository.folder / ".checkpoints").rglob("step-*")), (
        "checkpoints of an ended run are left"
    )


def test_a_file_that_is_added_to_a_source_folder_is_noticed(
    repository: Repository, tmp_path: Path
) -> None:
    shutil.copytree(repository.folder / "data" / "raw", tmp_path / "source")
    (tmp_path / "source" / "catalog.csv").unlink()
    inner = next(path for path in (tmp_path / "source").iterdir() if path.is_dir())
    repository.set({"ingest": {"source": str(inner)}})
    assert repository.repro("ingest") == ["ingest"]
    assert repository.repro("ingest") == []
    original = sorted(inner.rglob("*.png"))[0]
    shutil.copyfile(original, original.with_name("added.png"))
    assert repository.repro("ingest") == ["ingest"]
    assert "added.png" in (repository.folder / "data" / "raw" / "catalog.csv").read_text()


def test_an_unknown_parameter_fails_the_stage_with_its_nearest_and_leaves_nothing(
    repository: Repository,
) -> None:
    repository.set({"split": {"tset": 0.2}})
    done = subprocess.run(
        [sys.executable, "-m", "components.split", "--out", "data/other"],
        cwd=repository.folder,
        env=repository.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert (
        done.stderr == "error: params.yaml: unknown parameter split.tset (did you mean 'test'?)\n"
    )
    assert not (repository.folder / "data" / "other").exists()
