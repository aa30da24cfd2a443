"""`make release`, run for real in a small repository; no Docker engine answers there."""

import os
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import pytest

PROJECT = Path(__file__).parents[2]
COPIED = ("Makefile", "pyproject.toml", "tools/__init__.py", "tools/release.py")
CHANGELOG = """# Changelog

## [Unreleased]

### Added

- A serving image.

## [0.1.0] - 2026-01-02

- The first one.
"""
RELEASED = """# Changelog

## [Unreleased]

## [{version}] - {today}

### Added

- A serving image.

## [0.1.0] - 2026-01-02

- The first one.
"""


def git(root: Path, *arguments: str) -> str:
    done = subprocess.run(["git", *arguments], cwd=root, capture_output=True, text=True, check=True)
    return done.stdout.rstrip()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository at version 0.1.0 with one unreleased entry."""
    for variable, value in {
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_AUTHOR_NAME": "nobody",
        "GIT_AUTHOR_EMAIL": "nobody@localhost",
        "GIT_COMMITTER_NAME": "nobody",
        "GIT_COMMITTER_EMAIL": "nobody@localhost",
        "DOCKER_HOST": f"unix://{tmp_path}/no-engine.sock",
    }.items():
        monkeypatch.setenv(variable, value)
    root = tmp_path / "repository"
    for name in COPIED:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(PROJECT / name, root / name)
    text = (root / "pyproject.toml").read_text()
    current = next(line for line in text.splitlines() if line.startswith("version = "))
    (root / "pyproject.toml").write_text(text.replace(current, 'version = "0.1.0"'))
    (root / "CHANGELOG.md").write_text(CHANGELOG)
    (root / ".gitignore").write_text("__pycache__/\n")
    git(root, "init", "--quiet", "--initial-branch=main")
    git(root, "add", "--all")
    git(root, "commit", "--quiet", "--message", "Start")
    return root


def make_release(root: Path, version: str) -> subprocess.CompletedProcess[str]:
    command = [
        "make",
        "--no-print-directory",
        "release",
        f"VERSION={version}",
        f"PYTHON={sys.executable}",
    ]
    return subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)


def state(root: Path) -> list[str]:
    """Returns the commit, the changed files and the tags."""
    commands = (["rev-parse", "HEAD"], ["status", "--porcelain"], ["tag"])
    return [git(root, *command) for command in commands]


def assert_refused(root: Path, version: str, *words: str) -> None:
    """Asserts that a release ends with 2 and one line of these words, and changes nothing."""
    before = state(root)
    done = make_release(root, version)
    assert done.returncode == 2
    lines = [line for line in done.stderr.splitlines() if not line.startswith("make")]
    assert len(lines) == 1, done.stderr
    assert lines[0].startswith("error: ")
    assert all(word in lines[0] for word in words), lines[0]
    assert state(root) == before


def test_a_release_is_one_commit_with_an_annotated_tag(root: Path) -> None:
    first = date.today()
    done = make_release(root, "0.2.0")
    assert done.returncode == 0, done.stderr
    dates = (first, date.today())  # midnight may pass
    changelog = (root / "CHANGELOG.md").read_text()
    assert changelog in [RELEASED.format(version="0.2.0", today=today) for today in dates]
    assert 'version = "0.2.0"' in (root / "pyproject.toml").read_text()
    assert git(root, "diff", "--name-only", "HEAD~1").split() == ["CHANGELOG.md", "pyproject.toml"]
    assert git(root, "diff", "--numstat", "HEAD~1", "--", "pyproject.toml").split()[:2] == [
        "1",
        "1",
    ]
    assert git(root, "log", "-1", "--format=%s") == "Release 0.2.0"
    assert git(root, "status", "--porcelain") == ""
    assert git(root, "cat-file", "-t", "v0.2.0") == "tag"
    assert git(root, "rev-parse", "v0.2.0^{commit}") == git(root, "rev-parse", "HEAD")


def test_it_says_what_to_push_and_which_image_was_not_built(root: Path) -> None:
    output = make_release(root, "0.2.0").stdout
    assert "git push origin main v0.2.0" in output
    assert "no Docker engine answers" in output
    assert "make image IMAGE=signature-recognition:0.2.0" in output


def test_releases_follow_each_other(root: Path) -> None:
    assert make_release(root, "0.9.0").returncode == 0
    assert_refused(root, "0.10.0", "CHANGELOG.md", "[Unreleased]", "nothing to release")
    text = (root / "CHANGELOG.md").read_text()
    (root / "CHANGELOG.md").write_text(
        text.replace("## [Unreleased]\n", "## [Unreleased]\n\n- A fault.\n")
    )
    git(root, "commit", "--quiet", "--all", "--message", "A fault is mended")
    assert make_release(root, "0.10.0").returncode == 0
    sections = [
        line.split()[1]
        for line in (root / "CHANGELOG.md").read_text().splitlines()
        if line[:3] == "## "
    ]
    assert sections == ["[Unreleased]", "[0.10.0]", "[0.9.0]", "[0.1.0]"]
    assert git(root, "tag").split() == ["v0.10.0", "v0.9.0"]


@pytest.mark.parametrize("version", ["", "0.2", "v0.2.0", "0.2.0rc1", "00.2.0", "a.b.c", "0.2.0 "])
def test_a_version_that_is_not_three_numbers_is_refused(root: Path, version: str) -> None:
    assert_refused(root, version, repr(version), "make release VERSION=0.2.0")


@pytest.mark.parametrize("version", ["0.1.0", "0.0.9"])
def test_a_version_that_is_not_above_the_current_one_is_refused(root: Path, version: str) -> None:
    assert_refused(root, version, version, "0.1.0, the version in pyproject.toml")


def test_a_version_that_has_a_tag_is_refused(root: Path) -> None:
    git(root, "tag", "v0.2.0")
    assert_refused(root, "0.2.0", "the tag v0.2.0 exists")


def test_a_version_that_the_changelog_has_is_refused(root: Path) -> None:
    with (root / "CHANGELOG.md").open("a") as file:
        file.write("\n## [0.2.0] - 2026-01-01\n")
    git(root, "commit", "--quiet", "--all", "--message", "A section too early")
    assert_refused(root, "0.2.0", "CHANGELOG.md", "[0.2.0]")


def test_headings_without_an_entry_are_nothing_to_release(root: Path) -> None:
    (root / "CHANGELOG.md").write_text(CHANGELOG.replace("- A serving image.\n", ""))
    git(root, "commit", "--quiet", "--all", "--message", "No entry")
    assert_refused(root, "0.2.0", "[Unreleased]", "nothing to release")


def test_another_branch_is_refused(root: Path) -> None:
    git(root, "switch", "--quiet", "--create", "topic")
    assert_refused(root, "0.2.0", "main", "topic")
    git(root, "switch", "--quiet", "--detach", "main")
    assert_refused(root, "0.2.0", "main", "no branch")


@pytest.mark.parametrize("name", ["Makefile", "notes.txt"])
def test_a_changed_or_an_untracked_file_is_refused_by_its_name(root: Path, name: str) -> None:
    with (root / name).open("a") as file:
        file.write("\n")
    assert_refused(root, "0.2.0", name)


def test_a_commit_that_a_hook_refuses_leaves_everything_as_it_was(root: Path) -> None:
    hook = root / ".git" / "hooks" / "pre-commit"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text("#!/bin/sh\nexit 1\n")
    hook.chmod(0o755)
    assert_refused(root, "0.2.0", "git did not commit")
