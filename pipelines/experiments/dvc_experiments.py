"""DVC experiments that share the project's caches, checkpoints and tracking store, and one MLflow
run above them.
"""

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError
from components.shared.storage.files import code_root
from components.shared.storage.s3_address import is_s3
from components.shared.tracking import runs
from components.shared.tracking.run import RECORD, Record, Run
from components.shared.verification import metrics_file
from pipelines.sections import Sections

ROOT = code_root()
PARAMS = ROOT / "params.yaml"
EVALUATION = "reports/evaluation"
FOLDERS = ("CEDAR_DIR", "RESNET50_DIR", "CHECKPOINT_DIR", "TENSORBOARD_DIR")
PARENT_TAG = "mlflow.parentRunId"


def run(label: str, assignments: Sequence[str], until: str | None = None) -> str:
    """Runs the stages with some parameters set, in a copy of the working tree, which stays as it
    is.

    What is finished already comes from DVC's cache; a training that was interrupted goes on from
    its last checkpoint.

    Args:
        label: what the experiment's name begins with; the assignments' hash follows.
        assignments: `section.parameter=value`.
        until: the last stage that is needed; None: all of them.

    Returns:
        The experiment's name, which DVC takes as a revision.

    Raises:
        InputError: it failed.
    """
    readable = re.sub(r"[^\w.]+", "-", label).strip("-")
    name = f"{readable[:60]}-{hashlib.sha256(' '.join(assignments).encode()).hexdigest()[:6]}"
    options = [option for assignment in assignments for option in ("-S", assignment)]
    # An older experiment of the name gives way; what it finished is in DVC's cache. (--force would
    # run it all again.)
    _dvc("exp", "remove", name, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if _dvc("exp", "run", "--temp", "--name", name, *options, *filter(None, [until])):
        raise InputError(
            f"experiment {name} failed; what it said stands above. The same command goes on from here"
        )
    return name


def content(experiment: str, path: str) -> bytes:
    """A file as an experiment made it, by its path in the project."""
    import dvc.api

    read: bytes = dvc.api.read(path, repo=str(ROOT), rev=experiment, mode="rb")
    return read


def figures(experiment: str) -> dict[str, float]:
    """What an experiment measured: metrics.json, its keys joined by `/`."""
    return metrics_file.flatten(
        json.loads(content(experiment, f"{EVALUATION}/{metrics_file.METRICS}"))
    )


def run_id(experiment: str) -> str | None:
    """The MLflow run of an experiment's evaluation, None where the store was down."""
    return Record.parse(content(experiment, f"{EVALUATION}/{RECORD}")).run_id


def found_anywhere(sections: Sections) -> list[str]:
    """Assigns the source by its full path: a relative one is not found from the copies that
    experiments run in.
    """
    source = sections["ingest"]["source"]
    named = source in {"sample", "cedar"}
    return [] if named or not Path(source).exists() else [f"ingest.source={Path(source).resolve()}"]


@contextmanager
def parent_run(kind: str, name: str, children: Sequence[str | None]) -> Iterator[Run]:
    """The run under which the runs of experiments stand: the same one for the same runs.

    Args:
        kind: of the parent, which is tagged so.
        name: of a new parent.
        children: ids; without any, or where the store does not know one, nothing is written.
    """
    parent = Run(None, None)
    if known := sorted(child for child in children if child):
        try:
            client = runs.connect()
            parent = Run(client, _parent_id(client, kind, name, known))
        except Exception as error:  # whatever a store that is down may raise
            parent.disconnect(error)
    yield parent
    parent.end("FINISHED")


def _parent_id(client: Any, kind: str, name: str, children: list[str]) -> str:
    key = hashlib.sha256("\n".join(children).encode()).hexdigest()[:16]
    for child in children:
        client.get_run(child)
    experiment = runs.experiment_id(client)
    found = client.search_runs([experiment], f"tags.{kind} = '{key}'")
    tags = {kind: key, "mlflow.runName": f"{kind} {name}"}
    run_id = str((found[0] if found else client.create_run(experiment, tags=tags)).info.run_id)
    for child in children:
        client.set_tag(child, PARENT_TAG, run_id)
    return run_id


def _dvc(*arguments: str, **options: Any) -> int:
    """DVC's exit code. Ctrl-C reaches it too: it is waited for, since it may be about to put the
    working tree back.
    """
    command = [sys.executable, "-m", "dvc", *arguments]
    with subprocess.Popen(command, cwd=ROOT, env=_environment(), **options) as process:  # noqa: S603
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            raise


def _environment() -> dict[str, str]:
    """Folders by their full paths: the copies that experiments run in are elsewhere."""
    given = {name: os.environ[name] for name in FOLDERS if os.environ.get(name)}
    folders = {name: str(Path(path).resolve()) for name, path in given.items() if not is_s3(path)}
    return {**os.environ, **folders}
