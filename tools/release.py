"""Cuts a release: sets the version, dates the changelog, commits and tags; pushes nothing."""

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

PROJECT = "pyproject.toml"
CHANGELOG = "CHANGELOG.md"
BRANCH = "main"
NUMBER = re.compile(r"(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)")
VERSION = re.compile(r'(?<=^version = ")[^"]*(?="$)', re.MULTILINE)
UNRELEASED = re.compile(r"^## \[Unreleased\]\n(.*?)(?=^## \[|\Z)", re.MULTILINE | re.DOTALL)


class ReleaseError(Exception):
    """A reason not to release; its text is the one line that the user reads."""


def main(argv: Sequence[str] | None = None) -> None:
    """Releases the repository of the working directory; exits with 2 where it is not fit."""
    arguments = argparse.ArgumentParser(
        prog="python -m tools.release",
        description="Sets the version, dates the changelog, commits and tags; pushes nothing.",
        epilog="example:  python -m tools.release 0.2.0",
    )
    arguments.add_argument("version", help="three numbers, above the last version's")
    version = arguments.parse_args(argv).version
    try:
        release(Path.cwd(), version, date.today())
    except ReleaseError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(2)
    print(
        f"{version} is committed and tagged here; publish it: git push origin {BRANCH} v{version}"
    )


def release(root: Path, version: str, today: date) -> None:
    """Commits the version and the dated changelog, and tags the commit `v<version>`.

    Args:
        root: the repository's folder.
        version: the new one, as in 0.2.0.
        today: the date of the changelog's section.

    Raises:
        ReleaseError: the version is none or not a new one, or the repository is not fit for a
            release. It is left as it was.
    """
    project = (root / PROJECT).read_text(encoding="utf-8")
    changelog = (root / CHANGELOG).read_text(encoding="utf-8")
    check_version(version, current_version(project))
    changelog = date_section(changelog, version, today)
    check_repository(root, version)
    (root / PROJECT).write_text(VERSION.sub(version, project, count=1), encoding="utf-8")
    (root / CHANGELOG).write_text(changelog, encoding="utf-8")
    commit = ("commit", "--quiet", "--message", f"Release {version}", "--", PROJECT, CHANGELOG)
    if subprocess.run(["git", *commit], cwd=root, check=False).returncode:
        git(root, "restore", "--staged", "--worktree", "--", PROJECT, CHANGELOG)
        raise ReleaseError("git did not commit, so nothing was released: see above")
    git(root, "tag", "--annotate", f"v{version}", "--message", f"Release {version}")


def current_version(project: str) -> str:
    """Returns the version in the text of pyproject.toml."""
    match = VERSION.search(project)
    if match is None:
        raise ReleaseError(f'{PROJECT} has no line `version = "…"`')
    return match.group()


def check_version(version: str, current: str) -> None:
    """Raises a ReleaseError unless a version is three numbers and above the current one."""
    if not NUMBER.fullmatch(version):
        raise ReleaseError(
            f"{version!r} is not a version of three numbers: make release VERSION=0.2.0"
        )
    if numbers(version) <= numbers(current):
        raise ReleaseError(f"{version} is not above {current}, the version in {PROJECT}")


def numbers(version: str) -> tuple[int, ...]:
    """Returns a version as numbers, which compare as versions do."""
    return tuple(map(int, version.split(".")))


def check_repository(root: Path, version: str) -> None:
    """Raises a ReleaseError unless main is checked out and clean, and the tag is new."""
    if git(root, "tag", "--list", f"v{version}"):
        raise ReleaseError(f"the tag v{version} exists already")
    branch = git(root, "branch", "--show-current") or "no branch"
    if branch != BRANCH:
        raise ReleaseError(f"releases are cut on {BRANCH}, and {branch} is checked out")
    changes = git(root, "status", "--porcelain").splitlines()
    if changes:
        files = f"{changes[0][3:]}{f' and {len(changes) - 1} more' if changes[1:] else ''}"
        raise ReleaseError(f"commit, stash or remove what was changed first: {files}")


def date_section(changelog: str, version: str, today: date) -> str:
    """Moves the entries of [Unreleased] in a changelog's text below the version."""
    if f"## [{version}]" in changelog:
        raise ReleaseError(f"{CHANGELOG} has a section [{version}] already")
    match = UNRELEASED.search(changelog)
    if match is None or "\n- " not in f"\n{match[1]}":
        raise ReleaseError(f"{CHANGELOG} has no entries under [Unreleased]: nothing to release")
    return f"{changelog[: match.start(1)]}\n## [{version}] - {today}\n{changelog[match.start(1) :]}"


def git(root: Path, *arguments: str) -> str:
    """Returns the output of a git command, without trailing white space."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=root, capture_output=True, text=True, check=True
        )
    except subprocess.CalledProcessError as error:
        raise ReleaseError(f"git {arguments[0]}: {error.stderr.strip()}") from None
    return done.stdout.rstrip()


if __name__ == "__main__":
    main()
