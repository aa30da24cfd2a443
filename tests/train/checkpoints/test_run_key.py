"""The key of a run follows the code that decides the training."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[3]
EDIT = """
import json, sys
from pathlib import Path
from components.train.checkpoints.run_key import Key
from components.train.params import TrainParams

prepared, split, *paths = map(Path, sys.argv[1:])
changed = []
key = Key.of(TrainParams(), prepared, split).code
for path in paths:
    before = key
    path.write_text(path.read_text() + "\\n# edited\\n")
    key = Key.of(TrainParams(), prepared, split).code
    if key != before:
        changed.append(str(path))
print(json.dumps(changed))
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the code, with a module in a sub-folder of the train step."""
    shutil.copytree(
        PROJECT / "components",
        tmp_path / "components",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (tmp_path / "components" / "train" / "wing").mkdir()
    (tmp_path / "components" / "train" / "wing" / "network.py").write_text("")
    return tmp_path


def test_an_edit_of_any_module_that_decides_the_training_changes_the_key(
    project: Path, data: Path
) -> None:
    deciding = [
        "components/train/wing/network.py",
        "components/train/__main__.py",
        *(
            f"components/shared/{name}.py"
            for name in (
                "runtime/backend",
                "storage/files",
                "verification/comparisons",
                "verification/error_rates",
                "data/image_store",
                "model/embedder",
            )
        ),
        "components/shared/data/partition.py",
    ]
    others = [
        "components/shared/runtime/cli.py",
        "components/shared/tracking/step_runs.py",
        "components/evaluate/step.py",
    ]
    done = subprocess.run(
        [
            sys.executable,
            "-c",
            EDIT,
            str(data / "prepared"),
            str(data / "split"),
            *deciding,
            *others,
        ],
        cwd=project,
        env={**os.environ, "PYTHONPATH": str(project)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == deciding
