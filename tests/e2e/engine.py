"""The image of this revision, where a Docker engine answers."""

import json
import subprocess
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
NAME = "signature-recognition:latest"
REVISION = "org.opencontainers.image.revision"


def image() -> str:
    """The image's name; skips where no engine answers or it has no image of this revision."""
    head = ["git", "rev-parse", "HEAD"]
    revision = subprocess.run(
        head, cwd=PROJECT, capture_output=True, text=True, check=True
    ).stdout.strip()
    built = image_labels().get(REVISION, "")
    if built.removesuffix("-dirty") != revision:
        pytest.skip(
            f"{NAME} is of revision {built or 'unknown'}, the code of {revision}: make image"
        )
    return NAME


def image_labels() -> dict[str, str]:
    """The labels of the image of any revision; skips where there is none."""
    try:
        inspection = docker("image", "inspect", "--format", "{{json .Config.Labels}}", NAME)
    except FileNotFoundError:
        pytest.skip("docker is not installed")
    if inspection.returncode:
        reason = (inspection.stderr.strip() or "docker failed").splitlines()[-1]
        pytest.skip(f"{reason} (make image builds it)")
    return json.loads(inspection.stdout) or {}


def docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, check=False)
