"""Of which code and libraries something was made."""

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


class Revision(TypedDict):
    """The code's git revision; `dirty` where tracked files were changed. Both null where nobody can
    say.
    """

    revision: str | None
    dirty: bool | None


def code_revision() -> Revision:
    """The revision from `GIT_REVISION` (an image has no repository), else from git, else null."""
    if given := os.environ.get("GIT_REVISION"):
        return {"revision": given, "dirty": None}
    revision = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--untracked-files=no")
    return {
        "revision": revision,
        "dirty": None if revision is None or changes is None else bool(changes),
    }


def versions() -> dict[str, str]:
    """Returns the versions of the project, of Python and of the numerical libraries."""
    libraries = {name: version for name in LIBRARIES if (version := _version(name))}
    project = project_version()
    return {**({"project": project} if project else {}), "python": python_version(), **libraries}


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
