"""manifest.json: what is in the folder, and of which code, data and libraries it came."""

import hashlib
import json
import os
import subprocess
from collections.abc import Mapping
from importlib import metadata
from pathlib import Path
from platform import python_version
from typing import Any, TypedDict

from components.shared.files import manifest, sha256

ROOT = Path(__file__).resolve().parents[2]
NAME = "manifest.json"
LIBRARIES = ("tensorflow", "keras", "keras-hub", "numpy", "opencv-python-headless", "pillow", "mlflow")


class Revision(TypedDict):
    """The code's git revision; `dirty` where tracked files were changed. Both null where nobody can say."""

    revision: str | None
    dirty: bool | None


def origin(raw: Path) -> dict[str, Any]:
    """The versions, the code's revision and the hash of the data's catalogue."""
    return {"versions": versions(), "code": code_revision(), "data": {"catalog.csv": sha256(raw / "catalog.csv")}}


def write(folder: Path, content: Mapping[str, Any]) -> None:
    """Writes manifest.json with the content and the sha256 of every other file: last, when all of them are there."""
    hashes = {name: value for name, value in manifest(folder).items() if name != NAME}
    (folder / NAME).write_text(json.dumps({**content, "files": hashes}, indent=2) + "\n", encoding="utf-8")


def version_of(manifest: bytes) -> str:
    """The name of a bundle: 12 hexadecimal digits of the sha256 of its manifest, which holds those of all its files."""
    return hashlib.sha256(manifest).hexdigest()[:12]


def code_revision() -> Revision:
    """The revision from `GIT_REVISION` (an image has no repository), else from git, else null."""
    if given := os.environ.get("GIT_REVISION"):
        return {"revision": given, "dirty": None}
    revision = _git("rev-parse", "HEAD")
    changes = _git("status", "--porcelain", "--untracked-files=no")
    return {"revision": revision, "dirty": None if revision is None or changes is None else bool(changes)}


def versions() -> dict[str, str]:
    """The versions of Python and of the libraries that decide the numbers."""
    return {"python": python_version(), **{name: version for name in LIBRARIES if (version := _version(name))}}


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _git(*arguments: str) -> str | None:
    try:
        done = subprocess.run(  # noqa: S603 - fixed arguments
            ["git", "-C", str(ROOT), *arguments],  # noqa: S607 - wherever git is
            capture_output=True,
            text=True,
            check=True,
            timeout=10,
        )
    except (OSError, subprocess.SubprocessError):
        return None
    return done.stdout.strip()
