"""Kills at drawn moments, through `dvc repro` and straight: nothing is stuck, nothing is left.

KILLS says how many and KILLS_SEED which: `make kills` runs the campaign.
"""

import os
import random
import sys
import time
from collections import Counter
from collections.abc import Iterable
from fnmatch import fnmatch
from pathlib import Path

import numpy as np

from components.shared.storage import files
from tests.e2e.kills import PATIENCE, STAGES, UNDISTURBED, Project, straight
from tests.e2e.test_resume import weights

KILLS = int(os.environ.get("KILLS", "2"))
SEED = int(os.environ.get("KILLS_SEED", "0"))
OF_THE_RUN = [
    "*mlflow_run.json",
    "*report.html",
    "manifest.json",
    "model_card.md",
    "graph/*",
    "saved_model/*",
    "frozen_graph.pb",
    "embedder.onnx",
    "*.keras",
]
"""Files that hold a time, the id of MLflow's run, or names that TensorFlow counts."""


def test_after_kills_the_next_run_ends_well_with_equal_outputs_and_nothing_is_left(
    tmp_path: Path, empty_store: Path
) -> None:
    project, draws = Project(tmp_path, empty_store), random.Random(SEED)
    counts: Counter[str] = Counter()
    killed_straight = set()
    while counts.total() < KILLS:
        by_dvc = counts.total() % 2 == 0
        kill, came = project.kill_repro(draws) if by_dvc else project.kill_straight(draws)
        way = "dvc repro" if by_dvc else "straight"
        if not by_dvc:
            killed_straight.add(kill.work)
        counts[f"{way}: {kill.work}, {kill.moment}, {kill.number.name} to {kill.victim}"] += came
    lines = [f"{count:4} {kill}\n" for kill, count in sorted((+counts).items())]
    sys.stderr.writelines([f"\nKILLS={KILLS} KILLS_SEED={SEED}\n", *lines])
    finish(project, killed_straight)


def finish(project: Project, killed_straight: Iterable[str]) -> None:
    """Runs all that was killed once more, and looks at what is there then."""
    deadline = time.monotonic() + PATIENCE
    while project.processes():  # stages of a killed DVC
        assert time.monotonic() < deadline, project.processes()
        time.sleep(0.1)
    project.run("python", "-m", "pipelines", "unlock")
    project.repro()
    assert project.repro() == []
    for output in [*STAGES.values(), "reports/preprocess"]:
        assert_equal(project.folder / output, project.folder / UNDISTURBED / output)
    for work in killed_straight:
        project.run("bash", "-c", straight(work))
        if work in STAGES:
            theirs = project.folder / UNDISTURBED / STAGES[work]
            assert_equal(project.folder / "straight" / work / "out", theirs)

    assert not project.parts()
    assert not list(project.temporary.glob("signature-recognition-*"))
    assert not list(project.folder.glob(".checkpoints/train/*/step-*"))
    assert not project.processes()
    assert "RUNNING" not in {run.info.status for run in project.runs()}


def assert_equal(ours: Path, theirs: Path) -> None:
    """Compares two outputs, and of embedders the weights."""
    if (theirs / "embedder.keras").exists():
        arrays = weights(ours / "embedder.keras")
        expected = weights(theirs / "embedder.keras")
        assert arrays.keys() == expected.keys()
        for name, array in arrays.items():
            assert np.array_equal(array, expected[name]), name
    assert deterministic(ours) == deterministic(theirs)


def deterministic(folder: Path) -> dict[str, str]:
    """Returns the sha256 of the files that hold nothing of a single run."""
    hashes = files.manifest(folder)
    for pattern in OF_THE_RUN:
        hashes = {name: value for name, value in hashes.items() if not fnmatch(name, pattern)}
    return hashes
