"""The whole pipeline under DVC, as a user runs it, on a tiny generated data set, in a repository of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[2]
TINY: dict[str, dict[str, Any]] = {
    "ingest": {"sample": {"seed": 0, "identities": 14, "genuine": 7, "forgeries": 2, "leak": "none"}},
    "preprocess": {"height": 32, "width": 48},
    "train": {"identities_per_batch": 3, "images_per_identity": 2, "forgeries_per_identity": 1, "steps": 3},
    "evaluate": {"draws": 2, "bootstrap": 20},
    "freeze": {"parity_images": 4},
}
OUTPUTS = ["data/raw", "data/prepared", "data/split", "models/embedder", "reports/evaluation", "models/frozen"]


class Repository:
    """A clone of the project with tiny parameters and a home without a git identity."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "project"
        tracked = subprocess.run(
            ["git", "ls-files", "-co", "--exclude-standard"], cwd=PROJECT, capture_output=True, text=True, check=True
        )
        for name in tracked.stdout.splitlines():
            if name != "dvc.lock" and (PROJECT / name).is_file():
                (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(PROJECT / name, self.folder / name)
        home = folder / "home"
        home.mkdir()
        hidden = ("MLFLOW_", "DVC_", "GIT_", "PYTHONPATH", "CHECKPOINT_DIR", "TENSORBOARD_DIR")
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith(hidden)} | {
            "HOME": str(home),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(self.folder),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        self.set(TINY)
        self.environment |= {
            f"GIT_{who}_{what}": "nobody" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")
        }
        self.run("git", "init", "-q")
        self.run("git", "add", "-A")
        self.run("git", "commit", "-qm", "start")

    def set(self, sections: dict[str, dict[str, Any]]) -> None:
        path = self.folder / "params.yaml"
        params = yaml.safe_load(path.read_text())
        for section, values in sections.items():
            params[section] |= values
        path.write_text(yaml.safe_dump(params))

    def run(self, *command: str) -> str:
        """Runs a command, which must succeed, and returns all that it printed."""
        done = subprocess.run(
            command, cwd=self.folder, env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, f"{command}\n{done.stdout[-6000:]}\n{done.stderr[-6000:]}"
        return done.stdout + done.stderr

    def repro(self, *arguments: str) -> list[str]:
        """`dvc repro`; the stages that ran, without the fingerprint, which always does."""
        printed = self.run("dvc", "repro", *arguments)
        ran = [line.split("'")[1] for line in printed.splitlines() if line.startswith("Running stage")]
        return [stage for stage in ran if stage != "fingerprint"]

    def runs(self) -> list[Any]:
        import mlflow

        client = mlflow.MlflowClient(f"sqlite:///{self.folder}/mlruns/mlflow.db")
        experiment = client.get_experiment_by_name("signature-recognition")
        return list(client.search_runs([experiment.experiment_id], order_by=["attributes.start_time ASC"]))

    def run_id(self, folder: str) -> str:
        return str(json.loads((self.folder / folder / "mlflow_run.json").read_text())["run_id"])


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """After the first `dvc repro`; the tests of this module go on from one another, in order."""
    made = Repository(tmp_path_factory.mktemp("dvc"))
    assert made.repro() == ["ingest", "preprocess", "split", "train", "evaluate", "freeze"]
    return made


def test_one_command_leaves_every_output_and_one_run_that_holds_all_of_it(repository: Repository) -> None:
    assert all((repository.folder / out).is_dir() for out in OUTPUTS)
    (run,) = repository.runs()
    sections = {name.split(".")[0] for name in run.data.params}
    assert sections == {"ingest", "preprocess", "split", "train", "evaluate", "freeze"}
    assert {"train/loss", "verification/skilled/refs_1/eer", "parity/frozen_graph/max_abs_difference"} <= set(
        run.data.metrics
    )
    assert run.data.tags["mlflow.source.git.commit"] == repository.run("git", "rev-parse", "HEAD").strip()
    assert [used.dataset.name for used in run.inputs.dataset_inputs] == ["prepared"]
    assert run.outputs.model_outputs, "the shipped model is not logged"


def test_outputs_are_links_into_the_cache(repository: Repository) -> None:
    probe = repository.folder / "probe"
    try:
        os.link(repository.folder / "params.yaml", probe)
    except OSError:
        pytest.skip("this file system has no hard links")
    probe.unlink()
    for output in ("data/raw/catalog.csv", "data/prepared/images.npy", "models/embedder/embedder.keras"):
        assert (repository.folder / output).stat().st_nlink > 1, output


def test_a_second_repro_runs_no_step(repository: Repository) -> None:
    assert repository.repro() == []


def test_the_logged_model_takes_image_bytes_and_gives_embeddings(repository: Repository) -> None:
    code = (
        "import mlflow, numpy as np, pathlib\n"
        "from components.shared import tracking\n"
        "client = tracking.connect()\n"
        f"(output,) = client.get_run('{repository.run_id('models/frozen')}').outputs.model_outputs\n"
        "model = mlflow.pyfunc.load_model(f'models:/{output.model_id}')\n"
        "images = sorted(pathlib.Path('data/raw').rglob('*.png'))[:3]\n"
        "embeddings = model.predict(np.array([path.read_bytes() for path in images], dtype=object))\n"
        "assert embeddings.shape == (3, 128), embeddings.shape\n"
        "assert np.allclose(np.linalg.norm(embeddings, axis=1), 1, atol=1e-5)\n"
    )
    repository.run(sys.executable, "-c", code)


def test_an_evaluation_with_other_settings_is_a_run_of_its_own_and_trains_nothing(repository: Repository) -> None:
    first = repository.run_id("models/embedder")
    repository.set({"evaluate": {"draws": 3}})
    assert repository.repro() == ["evaluate", "freeze"]
    assert len(repository.runs()) == 2
    assert repository.runs()[1].data.tags["train_run_id"] == first
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
    assert "hard-mining" in repository.run("dvc", "exp", "show", "--csv")
    assert "verification" in repository.run("dvc", "metrics", "diff", "--all", "HEAD")
    repository.run("dvc", "plots", "show", "--out", "plots")
    assert (repository.folder / "plots" / "index.html").is_file()


def test_a_training_killed_under_dvc_goes_on_from_its_last_checkpoint(repository: Repository) -> None:
    repository.set({"train": {"steps": 40, "checkpoint_every": 2, "validate_every": 40, "seed": 5}})
    process = subprocess.Popen(
        ["dvc", "repro", "train"], cwd=repository.folder, env=repository.environment, start_new_session=True
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
    assert not list((repository.folder / ".checkpoints").rglob("step-*")), "checkpoints of an ended run are left"


def test_a_file_that_is_added_to_a_source_folder_is_noticed(repository: Repository, tmp_path: Path) -> None:
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


def test_an_unknown_parameter_fails_the_stage_with_its_nearest_and_leaves_nothing(repository: Repository) -> None:
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
    assert done.stderr == "error: params.yaml: unknown parameter split.tset (did you mean 'test'?)\n"
    assert not (repository.folder / "data" / "other").exists()
