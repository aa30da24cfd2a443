"""Nothing that the service's image lacks is imported by the service."""

import json
import subprocess
import sys
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
ABSENT = {"tensorflow", "keras", "pandas", "pyarrow", "mlflow", "cv2", "scipy", "sklearn"}
IMPORT_ALL = """
import importlib, json, sys
from pathlib import Path
for path in sorted(Path("serving").rglob("*.py")):
    name = ".".join(path.with_suffix("").parts)
    importlib.import_module(name.removesuffix(".__init__"))
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def test_the_service_imports_no_tensorflow_and_nothing_else_that_its_image_lacks() -> None:
    done = subprocess.run(
        [sys.executable, "-c", IMPORT_ALL], cwd=PROJECT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert set(json.loads(done.stdout)) & ABSENT == set()
