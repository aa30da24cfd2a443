"""Nothing that the service's image lacks is imported by the service."""

import json
import os
import subprocess
import sys
from pathlib import Path

from serving.store.store import open_store

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


def test_on_sqlite_a_decision_is_kept_without_a_line_of_code_for_postgresql(
    tmp_path: Path,
) -> None:
    program = """
import sys
from serving.store.decision_rows import NewDecision
from serving.store.evidence import Evidence
from serving.store.store import open_store

store = open_store(sys.argv[1])
evidence = Evidence("skilled", 1, 0.0)
for _ in range(2):
    store.decisions.add(NewDecision("verify", "accept", "s", "v", evidence=evidence))
print([name for name in sys.modules if "postgresql" in name or name.startswith("psycopg")])
"""
    database = f"sqlite:///{tmp_path}/signatures.db"
    open_store(database).close()  # a new one is made by migrations, which know both
    done = subprocess.run(
        [sys.executable, "-c", program, database],
        cwd=PROJECT,
        env={**os.environ, "PYTHONPATH": "."},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.strip() == "[]", done.stderr
