"""manifest.json: what is in the folder, and of which code, data and libraries it came."""

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from components.shared.files import manifest, sha256
from components.shared.provenance import code_revision, versions

NAME = "manifest.json"


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
