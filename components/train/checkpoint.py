"""Checkpoints of a run, outside every DVC out, under a key of parameters, data and code."""

import hashlib
import json
import os
import shutil
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.files import atomic_folder, project_root, sha256
from components.train.params import TrainParams

KEPT = 2
SHARED = Path(__file__).parents[1] / "shared"

Arrays = list[NDArray[Any]]


class State(NamedTuple):
    """All that a run needs to go on after `step` steps."""

    step: int
    variables: Arrays
    best: Arrays
    history: list[dict[str, float]]
    losses: list[float]
    run_id: str | None


class Checkpoints:
    """The checkpoints of one key; equal key = resume.

    Args:
        key: of parameters, data and code; see `run_key`.
    """

    def __init__(self, key: str) -> None:
        base = os.environ.get("CHECKPOINT_DIR") or project_root() / ".checkpoints"
        self.folder = Path(base).resolve() / "train" / key

    def save(self, state: State) -> None:
        """Writes a checkpoint, atomically, and removes all but the newest `KEPT`."""
        with atomic_folder(self.folder / f"step-{state.step:08d}") as fresh:
            np.savez(fresh / "variables.npz", *state.variables)
            np.savez(fresh / "best.npz", *state.best)
            record = {"step": state.step, "history": state.history, "losses": state.losses, "run_id": state.run_id}
            (fresh / "state.json").write_text(json.dumps(record))
        for old in self._existing()[:-KEPT]:
            shutil.rmtree(old, ignore_errors=True)

    def newest(self) -> State | None:
        """The newest checkpoint, or None."""
        existing = self._existing()
        if not existing:
            return None
        record = json.loads((existing[-1] / "state.json").read_text())
        return State(
            record["step"],
            _arrays(existing[-1] / "variables.npz"),
            _arrays(existing[-1] / "best.npz"),
            record["history"],
            record["losses"],
            record["run_id"],
        )

    def prune(self) -> None:
        """Removes all checkpoints of the key: the run has ended well."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _existing(self) -> list[Path]:
        return sorted(self.folder.glob("step-*"))


def run_key(params: TrainParams, prepared: Path, split: Path) -> str:
    """A short hash of what determines a run: parameters, data, and the code of this step and of what it uses."""
    modules = ("images", "metrics", "pairs", "partition", "embed")
    code = [*sorted(Path(__file__).parent.glob("*.py")), *(SHARED / f"{name}.py" for name in modules)]
    parts = [params.model_dump_json(), data_hash(prepared, split), *(sha256(path) for path in code)]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def data_hash(prepared: Path, split: Path) -> str:
    """A hash of all that a training reads: pixels, labels, normalisation and split."""
    data = [prepared / "images.npy", prepared / "index.parquet", prepared / "normalise.json", split / "split.parquet"]
    return hashlib.sha256("".join(sha256(path) for path in data).encode()).hexdigest()


def _arrays(path: Path) -> Arrays:
    with np.load(path, allow_pickle=False) as stored:
        return [stored[f"arr_{i}"] for i in range(len(stored.files))]
