"""Habits of the repository: subjects of commits, the CI workflow, the paths in recipes."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
import yaml

PROJECT = Path(__file__).resolve().parents[1]
TARGETS = set(re.findall(r"^([a-z0-9-]+):", (PROJECT / "Makefile").read_text(), re.MULTILINE))


def workflow() -> dict[Any, Any]:
    content = yaml.safe_load((PROJECT / ".github/workflows/ci.yml").read_text())
    assert isinstance(content, dict)
    return content


@pytest.mark.parametrize(
    ("subject", "code"),
    [
        ("x" * 72, 0),
        ("x" * 73, 1),
        ("é–…" * 24, 0),  # 72 characters, more bytes
        ("é–…" * 24 + "x", 1),
        ("short\n\n" + "x" * 200, 0),
    ],
)
def test_a_subject_has_at_most_72_characters(tmp_path: Path, subject: str, code: int) -> None:
    shutil.copyfile(PROJECT / ".pre-commit-config.yaml", tmp_path / ".pre-commit-config.yaml")
    for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
        subprocess.run(command, cwd=tmp_path, check=True)
    message = tmp_path / "message"
    message.write_text(f"{subject}\n", encoding="utf-8")
    hook = ["subject", "--hook-stage", "commit-msg", "--commit-msg-filename", str(message)]
    done = subprocess.run(
        [sys.executable, "-m", "pre_commit", "run", *hook],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stdout + done.stderr


def test_the_workflow_runs_what_the_repository_has_and_may_only_read() -> None:
    content = workflow()
    assert content["permissions"] == {"contents": "read"}
    commands = []
    for job in content["jobs"].values():
        commands += [step["run"] for step in job["steps"] if "run" in step]
    assert ".ci/run" in commands
    for command in commands:
        program, *arguments = command.split()
        assert set(arguments) <= TARGETS if program == "make" else (PROJECT / program).is_file()


def test_the_workflow_covers_every_python_that_the_project_names() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text())["project"]
    match = re.fullmatch(r">=3\.(\d+),<3\.(\d+)", project["requires-python"])
    assert match
    expected = {f"3.{minor}" for minor in range(int(match[1]), int(match[2]))}
    jobs = workflow()["jobs"]
    settings = [step.get("with", {}) for step in jobs["all"]["steps"]]
    versions = {one["python-version"] for one in settings if "python-version" in one}
    assert versions | set(jobs["quick"]["strategy"]["matrix"]["python"]) == expected


def test_contributing_names_files_and_targets_that_exist() -> None:
    text = (PROJECT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    paths = set(re.findall(r"`((?:benchmarks|components|docs|tests)/[\w/.]+)`", text))
    assert len(paths) > 20
    assert not [path for path in sorted(paths) if not (PROJECT / path).exists()]
    assert set(re.findall(r"(?:^|`)make ([a-z0-9-]+)", text, re.MULTILINE)) <= TARGETS


def test_make_remote_refuses_addresses_that_dvc_cannot_use() -> None:
    arn = "s3://arn:aws:s3:eu-west-1:123456789012:accesspoint/scans/dvc"
    for url, advice in ((arn, "alias, URL=s3://NAME"), ("bucket/dvc", "make remote URL=s3://")):
        done = subprocess.run(
            ["make", "-o", "install", "remote", f"URL={url}"],
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 2
        assert advice in done.stdout
