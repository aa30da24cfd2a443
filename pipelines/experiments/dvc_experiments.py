"""DVC experiments that share the project's caches, checkpoints and tracking store."""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError
from components.shared.storage.files import code_root
from components.shared.storage.s3_address import is_s3
from components.shared.tracking import mlflow_store
from components.shared.tracking.record import RECORD, Record
from components.shared.verification import metrics_file
from pipelines.experiments import dvc_lock
from pipelines.experiments.hydra_overrides import hydra_override

ROOT = code_root()
PARAMS = ROOT / "params.yaml"
EVALUATION = "reports/evaluation"
FOLDERS = ("CEDAR_DIR", "BHSIG260_DIR", "RESNET50_DIR", "CHECKPOINT_DIR", "TENSORBOARD_DIR")


def run(label: str, assignments: Sequence[str], until: str | None = None) -> str:
    """Runs the stages with some parameters set, in a copy of the working tree, which stays as it
    is.

    Finished stages come from DVC's cache; an interrupted training goes on from its last checkpoint.

    Args:
        label: beginning of the experiment's name; the assignments' hash follows.
        assignments: `section.parameter=value`.
        until: the last stage that is needed; None: all of them.

    Returns:
        The experiment's name, which DVC takes as a revision.

    Raises:
        InputError: it failed, or DVC's lock is damaged and cannot be mended.
    """
    dvc_lock.mend(ROOT)
    readable = re.sub(r"(?:[^\w.]|\.{2,})+", "-", label).strip("-.")
    name = f"{readable[:60]}-{hashlib.sha256(' '.join(assignments).encode()).hexdigest()[:6]}"
    # An older experiment of the name gives way; what it finished is in DVC's cache. (--force would
    # run it all again.)
    _dvc("exp", "remove", name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if _dvc(
        "exp", "run", "--temp", "--name", name, *set_options(assignments), *filter(None, [until])
    ):
        raise InputError(
            f"experiment {name} failed; what it said stands above. "
            "The same command goes on from here"
        )
    return name


def set_options(assignments: Sequence[str]) -> list[str]:
    """Returns the options of `dvc exp run` that set parameters: `-S` before each assignment, whose
    value is spelled in Hydra's grammar.
    """
    options = []
    for assignment in assignments:
        options += ["-S", hydra_override(assignment)]
    return options


def read_file(experiment: str, path: str) -> bytes:
    """Reads a file of an experiment, by its path in the project."""
    import dvc.api

    content: bytes = dvc.api.read(path, repo=str(ROOT), rev=experiment, mode="rb")
    return content


def read_metrics(experiment: str) -> dict[str, float]:
    """Reads the metrics.json of an experiment's evaluation, its keys joined by `/`."""
    content = read_file(experiment, f"{EVALUATION}/{metrics_file.METRICS}")
    return metrics_file.flatten(json.loads(content))


def run_id(experiment: str) -> str | None:
    """Returns the MLflow run of an experiment's evaluation, None where the store was down."""
    return Record.parse(read_file(experiment, f"{EVALUATION}/{RECORD}")).run_id


def _dvc(*arguments: str, **options: Any) -> int:
    """Runs DVC and returns its exit code.

    Ctrl-C reaches it too: it is waited for, since it may be about to put the working tree back.
    """
    command = [sys.executable, "-m", "dvc", *arguments]
    options |= {"cwd": ROOT, "env": _environment()}
    with subprocess.Popen(command, **options) as process:  # noqa: S603
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def _environment() -> dict[str, str]:
    """Returns the environment with folders and an SQLite store by their full paths: an experiment
    runs in a copy of the project, which is elsewhere.
    """
    environment = dict(os.environ)
    for name in FOLDERS:
        path = environment.get(name)
        if path and not is_s3(path):
            environment[name] = str(Path(path).resolve())
    scheme, database = mlflow_store.SQLITE, environment.get("MLFLOW_TRACKING_URI", "")
    if database.startswith(scheme) and database != scheme:
        full = Path(database.removeprefix(scheme)).resolve()
        environment["MLFLOW_TRACKING_URI"] = f"{scheme}{full}"
    return environment
