"""What was shipped: models/frozen, checked against its manifest before anything of it is loaded."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.evaluate.thresholds import Threshold
from components.shared.errors import InputError
from components.shared.files import manifest
from components.shared.images import NORMALISATION, Normalisation

MANIFEST, THRESHOLDS, SAVED_MODEL = "manifest.json", "threshold.json", "saved_model"
NEEDED = (f"{SAVED_MODEL}/saved_model.pb", THRESHOLDS, NORMALISATION)


@dataclass(frozen=True)
class Bundle:
    """A shipped model.

    Attributes:
        folder: where it is.
        normalisation: what its graph does to an image.
        thresholds: chosen on val when it was made.
        manifest: content of manifest.json.
    """

    folder: Path
    normalisation: Normalisation
    thresholds: list[Threshold]
    manifest: dict[str, Any]

    @property
    def saved_model(self) -> Path:
        return self.folder / SAVED_MODEL

    @property
    def catalog(self) -> str | None:
        """The sha256 of the catalog.csv that it was trained on."""
        return dict(self.manifest.get("data", {})).get("catalog.csv")


def read(folder: Path) -> Bundle:
    """Reads a bundle whose files are those of its manifest.

    Raises:
        InputError: a file is missing, is not listed, or has another sha256 than the manifest says.
    """
    told = _manifest(folder)
    listed = told["files"]
    found = manifest(folder)
    for name in (*NEEDED, *listed):
        if name not in listed:
            raise InputError(f"{folder / MANIFEST}: does not list {name}; freeze the model again")
        if name not in found:
            raise InputError(f"{folder / name}: no such file, but {MANIFEST} lists it; take the whole bundle anew")
        if found[name] != listed[name]:
            raise InputError(f"{folder / name}: its sha256 is not that of {MANIFEST}; take the whole bundle anew")
    return Bundle(folder, Normalisation.load(folder / NORMALISATION), _thresholds(folder / THRESHOLDS), told)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file; --model names a folder that freeze wrote") from None
    except (OSError, ValueError):
        raise InputError(f"{path}: not valid JSON; take the whole bundle anew") from None
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        raise InputError(f"{path}: lists no files; take the whole bundle anew")
    return content


def _thresholds(path: Path) -> list[Threshold]:
    try:
        return [Threshold(**row) for row in json.loads(path.read_text(encoding="utf-8"))]
    except (TypeError, ValueError):
        raise InputError(f"{path}: not what evaluate writes; freeze the model again") from None
