"""Files that the image is built from, by Docker's rules without an engine."""

import shutil
import subprocess
from pathlib import Path

import pytest
from docker.utils.build import exclude_paths

ROOT = Path(__file__).parents[1]
LOCKS = [
    "requirements-gpu.lock",
    "requirements-serve.lock",
    "requirements-uv.lock",
    "requirements.lock",
]
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
    "serving-data/signatures.db",
    "serving/api/key.pem",
    "serving/serving.yaml",
)


def tracked(*folders: str) -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", *folders], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return listed.stdout.splitlines()


def context(root: Path) -> set[str]:
    """The files that a build of the images is given, by Docker's own rules."""
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
    """The committed project, and beside it files of a folder that somebody works in."""
    root = tmp_path_factory.mktemp("tree")
    for name in [*tracked(), *PLANTED]:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file() and name not in PLANTED:
            shutil.copyfile(ROOT / name, root / name)
        else:
            (root / name).write_text("planted")
    return root


def test_the_images_are_given_the_code_the_parameters_and_the_locks_and_nothing_else(
    tree: Path,
) -> None:
    assert context(tree) == {
        *tracked("components", "pipelines", "serving"),
        *LOCKS,
        "params.yaml",
        "pyproject.toml",
    }


def test_no_data_history_or_secret_reaches_the_image(tree: Path) -> None:
    assert not context(tree) & set(PLANTED)
    assert not any((tree / path).read_bytes() == b"planted" for path in context(tree))
