"""`kill -9` at any moment of `dvc repro`, then `dvc repro` again: the weights are those of an
undisturbed training.
"""

import os
import signal
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import h5py  # type: ignore[import-untyped]
import numpy as np
import pytest

from tests.e2e.repository import Repository

STEPS = {
    "pooled_blocks": [7],  # a checkpoint that takes long enough to be killed in its middle
    "steps": 6,
    "checkpoint_every": 2,
    "validate_every": 3,
    "log_every": 1,
    "deterministic": True,
}


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory, empty_store: Path) -> Repository:
    """With data that are split and nothing trained."""
    repository = Repository(tmp_path_factory.mktemp("resume"), empty_store)
    repository.set({"train": STEPS})
    repository.repro("split")
    return repository


def stop_when(
    repository: Repository, moment: Callable[[], object], number: int = signal.SIGKILL
) -> None:
    """Starts `dvc repro train` and, as soon as a moment has come, sends it and its children a
    signal.
    """
    process = subprocess.Popen(
        ["dvc", "repro", "train"],
        cwd=repository.folder,
        env=repository.environment,
        start_new_session=True,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + 300
    while not moment():
        assert process.poll() is None, "the training ended before the moment came"
        assert time.monotonic() < deadline
        time.sleep(0.002)
    os.killpg(process.pid, number)
    assert process.wait(120) != 0


def test_the_weights_of_a_training_killed_three_times_and_interrupted_equal_those_without_a_stop(
    repository: Repository,
) -> None:
    checkpoints = repository.folder / ".checkpoints" / "train"
    curves = repository.folder / "mlruns" / "tensorboard"

    def there(folder: Path, pattern: str) -> bool:
        return any(folder.rglob(pattern))

    stop_when(repository, lambda: there(curves, "events.*"))
    assert not there(checkpoints, "step-*"), "the kill did not come before the first checkpoint"

    stop_when(repository, lambda: there(checkpoints, "step-00000002"))
    assert not there(checkpoints, "step-00000004"), "the kill did not come between two checkpoints"

    def parts() -> set[Path]:
        return set(checkpoints.rglob(".partial-step-00000004-new-*/variables.npz"))

    stop_when(repository, parts)
    assert not there(checkpoints, "step-00000004"), (
        "the kill did not come while a checkpoint was being written"
    )

    killed_with = parts()
    stop_when(repository, lambda: parts() - killed_with, signal.SIGINT)
    assert not (repository.folder / "models" / "embedder").exists()
    assert "going on after step 4 of 6" in repository.run("dvc", "repro", "train")
    assert not there(checkpoints, "step-*"), "checkpoints of an ended run are left"
    assert {run.info.status for run in repository.runs()} == {"KILLED", "FINISHED"}
    assert [run.info.status for run in repository.runs()].count("FINISHED") == 1
    repository.run(sys.executable, "-m", "components.train", "--out", "undisturbed")

    killed = repository.folder / "models" / "embedder"
    undisturbed = repository.folder / "undisturbed"
    assert (killed / "history.csv").read_text() == (undisturbed / "history.csv").read_text()
    ours = weights(killed / "embedder.keras")
    theirs = weights(undisturbed / "embedder.keras")
    assert ours.keys() == theirs.keys()
    assert len(ours) > 100
    for name, array in ours.items():
        assert np.array_equal(array, theirs[name]), name


def weights(embedder: Path) -> dict[str, np.ndarray]:
    """Reads all arrays of an embedder.keras, by their place in it."""
    arrays: dict[str, np.ndarray] = {}

    def take(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with (
        zipfile.ZipFile(embedder) as archive,
        archive.open("model.weights.h5") as stream,
        h5py.File(stream) as stored,
    ):
        stored.visititems(take)
    return arrays
