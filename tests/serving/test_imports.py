"""Nothing that the service's image lacks is imported by the service."""

import json
import os
import subprocess
import sys
from pathlib import Path

EXPORTER = {"google", "requests"}
"""What the exporter of traces loads, where there is a collector."""
PROJECT = Path(__file__).resolve().parents[2]
ABSENT = {"tensorflow", "keras", "pandas", "pyarrow", "mlflow", "cv2", "scipy", "sklearn"}


def test_the_service_imports_no_tensorflow_and_nothing_else_that_its_image_lacks() -> None:
    done = subprocess.run(
        [sys.executable, "tests/serving/import_all.py"],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) & (ABSENT | EXPORTER) == set()
