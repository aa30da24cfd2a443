"""Compares settings by their error rates on val: one DVC experiment and one MLflow run each, under one parent run."""

import hashlib
import itertools
import json
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

from components.shared import tracking
from components.shared.errors import InputError
from pipelines import sections

ROOT = Path(__file__).resolve().parents[1]
CRITERIA = ("val/verification/skilled/refs_1/eer", "val/verification/random/refs_1/eer")
RECORD = f"reports/evaluation/{tracking.RECORD}"
FOLDERS = ("CEDAR_DIR", "RESNET50_DIR", "CHECKPOINT_DIR", "TENSORBOARD_DIR")
PARENT_TAG = "mlflow.parentRunId"
PART = "evaluate.part"
VAL_ONLY = f"{PART}=val"


class Outcome(NamedTuple):
    """One experiment: its name, what was varied, the figures on val and the MLflow run."""

    name: str
    settings: tuple[str, ...]
    figures: dict[str, float]
    run_id: str | None


def combinations(grid: Sequence[str]) -> list[tuple[str, ...]]:
    """All combinations of `section.parameter=value,value…`, each as single assignments.

    Raises:
        InputError: a part of the grid names no values.
    """
    axes = []
    for axis in grid:
        name, _, values = axis.partition("=")
        if not name or not all(values.split(",")):
            raise InputError(f"{axis}: write <section>.<parameter>=<value>,<value>…")
        axes.append([f"{name}={value}" for value in values.split(",")])
    return list(itertools.product(*axes))


def compare(grid: Sequence[str], assignments: Sequence[str], params: Path) -> list[Outcome]:
    """Runs every combination of a grid, or goes on where an earlier comparison was stopped.

    Only val is evaluated, and nothing is shipped: a search that looked at test would make its figures worthless.

    What an earlier comparison finished comes from DVC's cache; a training that was interrupted goes on from its last
    checkpoint. The working tree stays as it is: the experiments run in copies of it.

    Args:
        grid: `section.parameter=value,value…`.
        assignments: `section.parameter=value`, equal for all.
        params: params.yaml.

    Returns:
        The outcomes, the best on val first.

    Raises:
        InputError: a combination is refused, before any is run, or an experiment fails.
    """
    defaults = sections.read(params)
    settings = combinations(grid)
    varied = {axis.partition("=")[0] for axis in grid}
    if PART in varied | {assignment.partition("=")[0] for assignment in assignments}:
        raise InputError(f"{PART} is val in a comparison, which never looks at test; leave it out")
    common = [assignment for assignment in assignments if assignment.partition("=")[0] not in varied]
    checked = [sections.override(defaults, [*common, *each]) for each in settings]
    outcomes = []
    for number, (each, values) in enumerate(zip(settings, checked, strict=True), start=1):
        sys.stderr.write(f"\n[{number}/{len(settings)}] {' '.join(each)}\n")
        outcomes.append(_experiment(each, [*common, VAL_ONLY, *_found_anywhere(values["ingest"]["source"])]))
    outcomes.sort(key=_criterion)
    _gather(outcomes, " × ".join(grid), [*grid, *assignments])
    return outcomes


def table(outcomes: Sequence[Outcome]) -> str:
    """The outcomes as text, a line each."""
    head = ["val EER %  skilled", "random", "settings", "experiment"]
    rows = [
        [*(_percent(outcome.figures, name) for name in CRITERIA), " ".join(outcome.settings), outcome.name]
        for outcome in outcomes
    ]
    widths = [max(len(row[column]) for row in [head, *rows]) for column in range(len(head))]
    aligned = (str.rjust, str.rjust, str.ljust, str.ljust)
    lines = (
        "  ".join(align(cell, width) for align, cell, width in zip(aligned, row, widths, strict=True)).rstrip()
        for row in [head, *rows]
    )
    return "\n".join(lines)


def on_test(best: Outcome, assignments: Sequence[str]) -> str:
    """The command that measures the best combination on test, and ships it."""
    varied = {setting.partition("=")[0] for setting in best.settings}
    common = [assignment for assignment in assignments if assignment.partition("=")[0] not in varied]
    return shlex.join(["dvc", "exp", "run", *(o for each in [*common, *best.settings] for o in ("-S", each))])


def _experiment(settings: Sequence[str], assignments: Sequence[str]) -> Outcome:
    given = [*assignments, *settings]
    readable = re.sub(r"[^\w.]+", "-", "-".join(setting.partition(".")[2] for setting in settings)).strip("-")
    name = f"{readable[:60]}-{hashlib.sha256(' '.join(given).encode()).hexdigest()[:6]}"
    options = [option for assignment in given for option in ("-S", assignment)]
    # An older experiment of the name gives way; what it finished is in DVC's cache. (--force would run it all again.)
    _dvc("exp", "remove", name, capture_output=True)
    if _dvc("exp", "run", "--temp", "--name", name, *options, "evaluate").returncode:
        raise InputError(f"experiment {name} failed; what it said stands above. The same command goes on from here")
    figures = json.loads(_content(name, "reports/evaluation/metrics.json"))
    run_id = json.loads(_content(name, RECORD))["run_id"]
    return Outcome(name, tuple(settings), {key: _at(figures, key) for key in CRITERIA}, run_id)


def _dvc(*arguments: str, **options: Any) -> "subprocess.CompletedProcess[bytes]":
    command = [sys.executable, "-m", "dvc", *arguments]
    return subprocess.run(command, cwd=ROOT, env=_environment(), check=False, **options)  # noqa: S603


def _found_anywhere(source: str) -> list[str]:
    """A relative source is not found from the copies that experiments run in."""
    return [f"ingest.source={Path(source).resolve()}"] if Path(source).exists() else []


def _environment() -> dict[str, str]:
    """The copies that experiments run in share the stores, the checkpoints and the data of the project."""
    shared = {
        "MLFLOW_TRACKING_URI": f"sqlite:///{ROOT / 'mlruns' / 'mlflow.db'}",
        "CHECKPOINT_DIR": str(ROOT / ".checkpoints"),
        "TENSORBOARD_DIR": str(ROOT / "mlruns" / "tensorboard"),
    }
    given = {name: os.environ[name] for name in FOLDERS if os.environ.get(name)}
    folders = {name: str(Path(path).resolve()) for name, path in given.items() if not path.startswith("s3://")}
    return {**shared, **os.environ, **folders}


def _content(experiment: str, path: str) -> str:
    import dvc.api

    content: str = dvc.api.read(path, repo=str(ROOT), rev=experiment)
    return content


def _at(figures: Any, key: str) -> float:
    for part in key.split("/"):
        figures = figures.get(part, {})
    return float(figures) if isinstance(figures, int | float) else float("nan")


def _criterion(outcome: Outcome) -> float:
    """As the best checkpoint is chosen: against skilled forgeries where there are any."""
    known = [outcome.figures[name] for name in CRITERIA if outcome.figures[name] == outcome.figures[name]]
    return known[0] if known else float("inf")


def _percent(figures: dict[str, float], name: str) -> str:
    return f"{100 * figures[name]:.1f}" if figures[name] == figures[name] else "–"


def _gather(outcomes: Sequence[Outcome], name: str, given: Sequence[str]) -> None:
    """Puts the runs under one parent, the same one for the same comparison; without a store it is left out."""
    key = hashlib.sha256("\n".join(given).encode()).hexdigest()[:16]
    try:
        client = tracking.connect()
        experiment = tracking.experiment_id(client)
        found = client.search_runs([experiment], f"tags.comparison = '{key}'")
        tags = {"comparison": key, "mlflow.runName": f"compare {name}"}
        parent = found[0] if found else client.create_run(experiment, tags=tags)
        for outcome in outcomes:
            if outcome.run_id:
                client.set_tag(outcome.run_id, PARENT_TAG, parent.info.run_id)
        client.log_metric(parent.info.run_id, CRITERIA[0], _criterion(outcomes[0]))
        client.set_tag(parent.info.run_id, "best", outcomes[0].name)
        client.set_terminated(parent.info.run_id)
    except Exception as error:  # whatever a store that is down may raise
        sys.stderr.write(f"warning: the runs are not gathered in MLflow: {error}\n")
