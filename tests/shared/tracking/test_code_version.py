"""Where the code's revision comes from."""

import re
import subprocess
from pathlib import Path

import pytest

from components.shared.tracking import code_version

CODE = (
    "components/train/step.py",
    "pipelines/sections.py",
    "dvc.yaml",
    "params.yaml",
    "pyproject.toml",
    "requirements.lock",
)
NO_CODE = ("README.md", "docs/index.md", "dvc.lock", "tests/test_step.py")


def test_a_given_revision_wins_over_git(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_REVISION", "cafe")
    assert code_version.code_revision() == {"revision": "cafe", "dirty": None}


@pytest.mark.parametrize("revision", [None, ""])
def test_a_machine_without_git_knows_no_revision(
    revision: str | None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("GIT_REVISION", raising=False)
    if revision is not None:
        monkeypatch.setenv("GIT_REVISION", revision)
    assert code_version.code_revision() == {"revision": None, "dirty": None}


def test_a_folder_outside_a_repository_has_no_revision(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("GIT_REVISION", raising=False)
    monkeypatch.setattr(code_version, "code_root", lambda: tmp_path)
    assert code_version.code_revision() == {"revision": None, "dirty": None}


@pytest.fixture
def repository(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """The code in a repository of its own, everything committed."""
    for name in (*CODE, *NO_CODE):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-q", "-m", "start")
    monkeypatch.delenv("GIT_REVISION", raising=False)
    monkeypatch.setattr(code_version, "code_root", lambda: tmp_path)
    return tmp_path


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
    command = ["git", "-C", str(folder), *identity, *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("name", CODE)
def test_a_change_of_code_or_configuration_makes_the_revision_dirty(
    name: str, repository: Path
) -> None:
    committed = {"revision": git(repository, "rev-parse", "HEAD"), "dirty": False}
    assert code_version.code_revision() == committed
    (repository / name).write_text("2")
    assert code_version.code_revision() == {**committed, "dirty": True}


def test_what_dvc_rewrites_and_what_is_no_code_leave_the_revision_clean(repository: Path) -> None:
    for name in (*NO_CODE, "components/untracked.txt"):
        (repository / name).write_text("2")
    assert git(repository, "status", "--porcelain").splitlines()[0] == "M README.md"
    assert code_version.code_revision()["dirty"] is False


def test_an_image_is_dirty_by_the_same_files_as_far_as_it_holds_them() -> None:
    makefile = (Path(__file__).parents[3] / "Makefile").read_text()
    (rule,) = re.findall(r"^REVISION = .*git diff --quiet HEAD -- ([^|]*)\|\|", makefile, re.M)
    paths = {path.strip("'") for path in rule.split()}
    of_images = {"Dockerfile", ".dockerignore", "serving"}
    assert paths - of_images == set(code_version.TRACKED) - {"dvc.yaml"}


def test_versions_name_python_and_the_libraries_that_are_installed() -> None:
    known = code_version.versions()
    assert {"project", "python", "tensorflow", "keras", "numpy"} <= set(known)
    assert all(known.values())


def test_the_projects_version_is_that_of_pyproject(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "3.2.1"\n')
    monkeypatch.setattr(code_version, "code_root", lambda: tmp_path)
    assert code_version.project_version() == "3.2.1"
    assert code_version.versions()["project"] == "3.2.1"


def test_code_without_a_pyproject_has_no_version(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(code_version, "code_root", lambda: tmp_path)
    assert code_version.project_version() is None
    assert "project" not in code_version.versions()
