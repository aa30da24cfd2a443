"""What the image is built from, and the list of its parts; neither needs an engine."""

import json
import platform
import shutil
import subprocess
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest
from docker.utils.build import exclude_paths

from pipelines import sbom
from pipelines.sbom import Package

ROOT = Path(__file__).parents[1]
LOCKS = ["requirements-gpu.lock", "requirements.lock"]
PLANTED = (
    ".git/config",
    ".env",
    ".dvc/config.local",
    ".venv/bin/python",
    "components/.env",
    "components/train/credentials.json",
    "components/train/__pycache__/step.cpython-311.pyc",
    "components/train/.partial-x.py",
    "data/raw/a.png",
    "mlruns/mlflow.db",
    "models/embedder/embedder.keras",
    "pipelines/token.txt",
    "pipelines/kubeconfig.yaml",
    "reports/evaluation/scores.parquet",
    "secrets.yaml",
)


def tracked(*folders: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()


def context(root: Path) -> set[str]:
    """The files that a build of the image is given, by Docker's own rules."""
    patterns = [
        line
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line and line[0] != "#"
    ]
    return {path for path in exclude_paths(str(root), patterns) if (root / path).is_file()} - {
        "Dockerfile",
        ".dockerignore",
    }


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project as it is committed, and beside it what lies in a folder that somebody works in."""
    root = tmp_path_factory.mktemp("tree")
    for name in [*tracked(), *PLANTED]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file() and name not in PLANTED:
            shutil.copyfile(ROOT / name, root / name)
        else:
            (root / name).write_text("planted")
    return root


def test_the_image_is_given_the_code_the_parameters_and_the_locks_and_nothing_else(
    tree: Path,
) -> None:
    assert context(tree) == {
        *tracked("components", "pipelines"),
        *LOCKS,
        "params.yaml",
        "pyproject.toml",
    }


def test_no_data_history_or_secret_reaches_the_image(tree: Path) -> None:
    assert not context(tree) & set(PLANTED)
    assert not any((tree / path).read_bytes() == b"planted" for path in context(tree))


def test_the_parts_are_python_its_packages_and_their_versions() -> None:
    found = sbom.packages()
    packages = {(part.name, part.version) for part in found if part.kind == "pypi"}
    assert packages >= {(one.metadata["Name"], one.version) for one in distributions()}
    assert ("python", platform.python_version()) in {(part.name, part.version) for part in found}
    assert {part.licence for part in found if part.name == "pydantic"} == {"MIT"}


def test_the_list_names_every_part_with_a_hash_where_it_is_known() -> None:
    listed = [
        Package("pypi", "kfp", "2.17.0", "Apache-2.0", "a" * 64),
        Package("deb", "libssl3", "3.0.1-1~deb12u1"),
        Package("generic", "python", "3.11.7"),
    ]
    written: dict[str, Any] = json.loads(
        sbom.document("signature-recognition:latest", "0123abc", listed)
    )
    assert (
        written["metadata"]["component"]["name"],
        written["metadata"]["component"]["version"],
    ) == (
        "signature-recognition:latest",
        "0123abc",
    )
    parts = {one["name"]: one for one in written["components"]}
    assert sorted(parts) == ["kfp", "libssl3", "python"]
    assert parts["kfp"]["purl"] == "pkg:pypi/kfp@2.17.0"
    assert parts["kfp"]["hashes"] == [{"alg": "SHA-256", "content": "a" * 64}]
    assert parts["kfp"]["licenses"] == [{"license": {"id": "Apache-2.0"}}]
    assert parts["libssl3"]["purl"].startswith("pkg:deb/debian/libssl3@3.0.1-1~deb12u1")
    assert "hashes" not in parts["libssl3"]
