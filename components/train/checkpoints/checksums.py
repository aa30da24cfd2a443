"""manifest.json of a checkpoint: the sha256 of its other files, and of all these together."""

import hashlib
import json
import os
from pathlib import Path

from components.shared.storage.files import sha256
from components.shared.storage.reading import parse_json

MANIFEST = "manifest.json"
TOTAL = "all"


def write(folder: Path) -> None:
    """Writes the manifest of a checkpoint, as its last file."""
    names = sorted(path.name for path in folder.iterdir())
    sums = {name: sha256(folder / name) for name in names}
    with (folder / MANIFEST).open("w", encoding="utf-8") as stream:
        json.dump(sums | {TOTAL: _digest(sums)}, stream)
        stream.flush()
        os.fsync(stream.fileno())


def files(manifest: bytes) -> dict[str, str]:
    """Returns the sha256 of each file that a manifest lists, by its name.

    Raises:
        ValueError: the manifest is damaged.
    """
    sums = parse_json(manifest, dict[str, str])
    if sums.pop(TOTAL, None) != _digest(sums):
        raise ValueError(f"{MANIFEST} is damaged")
    return sums


def check(folder: Path) -> None:
    """Compares the files of a checkpoint with its manifest.

    Raises:
        ValueError: one is missing or damaged.
        OSError: the manifest is missing.
    """
    for name, expected in files((folder / MANIFEST).read_bytes()).items():
        path = folder / Path(name).name
        if not path.is_file() or sha256(path) != expected:
            raise ValueError(f"{name} is missing or damaged")


def _digest(sums: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(sums, sort_keys=True).encode()).hexdigest()
