"""Where the code's revision comes from."""

import subprocess
from pathlib import Path

import pytest

from components.shared.tracking import code_version


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


def test_a_change_of_a_tracked_file_makes_the_revision_dirty(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def git(*arguments: str) -> str:
        identity = ["-c", "user.name=nobody", "-c", "user.email=nobody@localhost"]
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "-q")
    (tmp_path / "code.py").write_text("1")
    git("add", "code.py")
    git("commit", "-q", "-m", "start")
    monkeypatch.delenv("GIT_REVISION", raising=False)
    monkeypatch.setattr(code_version, "code_root", lambda: tmp_path)
    assert code_version.code_revision() == {"revision": git("rev-parse", "HEAD"), "dirty": False}
    (tmp_path / "notes.txt").write_text("untracked")
    assert code_version.code_revision()["dirty"] is False
    (tmp_path / "code.py").write_text("2")
    assert code_version.code_revision()["dirty"] is True


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
