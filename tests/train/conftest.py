"""A tiny data set, and surroundings of a test's own for trainings."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from components.shared.data import partition
from components.shared.data.image_store import write_store
from components.shared.data.normalisation import Normalisation


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """prepared/ and split/: noise of 8 identities × (3 genuine + 2 forgeries); 4 in train, 2 in
    val, 2 in test.
    """
    return _write(tmp_path_factory.mktemp("data"), forgeries=2)


@pytest.fixture(scope="session")
def data_without_forgeries(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _write(tmp_path_factory.mktemp("genuine"), forgeries=0)


def _write(folder: Path, forgeries: int) -> Path:
    kinds = ["genuine"] * 3 + ["forgery"] * forgeries
    identity = np.repeat(np.arange(8), len(kinds)).astype(str)
    index = pd.DataFrame({"identity": identity, "kind": kinds * 8})
    index.insert(0, "path", [f"{n}.png" for n in range(len(index))])
    index["sha256"] = [f"{n:064x}" for n in range(len(index))]
    index["height"], index["width"] = 32, 48
    images = np.random.default_rng(0).integers(0, 256, (len(index), 32, 32, 1), np.uint8)
    for name in ("prepared", "split"):
        (folder / name).mkdir()
    write_store(folder / "prepared", images, index, Normalisation(height=32, width=32))
    part = index.identity.astype(int).map(
        lambda i: "train" if i < 4 else "val" if i < 6 else "test"
    )
    table = pd.DataFrame({"row": np.arange(len(index)), "part": part, "fold": -1})
    partition.write(table, index, folder / "split")
    return folder


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of its own with 256 kB, at `small` below the test's folder."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", folder], check=False
    )
    if mounted.returncode:
        pytest.skip("a file system can only be mounted by root")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.fixture
def surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Checkpoints, curves and tracking in a place of the test's own, where no tracking store
    answers.
    """
    for name in list(os.environ):
        if name.startswith(("MLFLOW_", "DVC_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    monkeypatch.setenv("CHECKPOINT_DIR", str(tmp_path / "checkpoints"))
    monkeypatch.setenv("TENSORBOARD_DIR", str(tmp_path / "tensorboard"))
    return tmp_path
