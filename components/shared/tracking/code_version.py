"""The versions of the code and of the libraries that an output was made with."""

import os
import subprocess
import tomllib
from importlib import metadata
from platform import python_version
from typing import TypedDict

from components.shared.storage.files import code_root

LIBRARIES = (
    "tensorflow",
    "keras",
    "keras-hub",
    "numpy",
    "opencv-python-headless",
    "pillow",
    "mlflow",
)
TRACKED = (
    "components",
    "pipelines",
    "dvc.yaml",
    "params.yaml",
    "pyproject.toml",
    "requirements*.lock",
)
"""Code and configuration, as git's paths; a run itself changes dvc.lock. The Makefile names them
for an image, which holds no dvc.yaml.
"""


class Revision(TypedDict):
    """The code's git revision; `dirty` where `TRACKED` was changed since; null where not known."""

    revision: str | None
    dirty: bool | None


def code_revision() -> Revision:
    """Returns the code's revision; `dirty` is null where `GIT_REVISION` names the revision."""
    revision = git_revision()
    changes = None
    if revision is not None and not os.environ.get("GIT_REVISION"):
        changes = _git("status", "--porcelain", "--untracked-files=no", "--", *TRACKED)
    return {"revision": revision, "dirty": None if changes is None else bool(changes)}


def git_revision() -> str | None:
    """Returns `GIT_REVISION` (an image holds no repository), else git's HEAD, else None."""
    return os.environ.get("GIT_REVISION") or _git("rev-parse", "HEAD")


def versions() -> dict[str, str]:
    """Returns the versions of the project, of Python and of the numerical libraries."""
    known = {"project": project_version(), "python": python_version()}
    known |= {name: _version(name) for name in LIBRARIES}
    return {name: version for name, version in known.items() if version}


def project_version() -> str | None:
    """Reads the project's version from pyproject.toml; null where the code lies without it."""
    try:
        text = (code_root() / "pyproject.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return str(tomllib.loads(text)["project"]["version"])


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", str(code_root()), *arguments],  # noqa: S607 - wherever git is
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
