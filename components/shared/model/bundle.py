"""The bundle that freeze ships, with a manifest that holds the sha256 of every file."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from components.shared.data import catalog
from components.shared.data.catalog import CATALOG
from components.shared.data.normalisation import NORMALISATION, Normalisation
from components.shared.model import image_sample, operations
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest, sha256
from components.shared.tracking.code_version import code_revision, versions
from components.shared.verification import decision_file
from components.shared.verification.decision_file import DECISION, Decisions
from components.shared.verification.threshold import THRESHOLDS, Threshold

SCHEMA = 1
"""The number of a bundle's form; a change that older code would misread raises it."""
MANIFEST, CARD = "manifest.json", "model_card.md"
SAVED_MODEL, FROZEN_GRAPH, GRAPH = "saved_model", "frozen_graph.pb", "graph"
ONNX = "embedder.onnx"
"""The network alone in ONNX: `pixels`, uint8 [N, H, W, C] → `embeddings`, float32 [N, D]."""
ONNX_INT8 = "embedder_int8.onnx"
"""The same in whole numbers of 8 bits, of the same space; where freeze was asked, and proved it."""
LITERT = "embedder.tflite"
"""The same for LiteRT, likewise."""
TF_SERVING = "tfserving"
"""A folder of numbered versions, `1` being the only one, as TensorFlow Serving reads them."""
FORMATS = "formats"
"""The manifest's name of what was measured of quantised networks, and of which are shipped."""
SPACE = "space"
"""The manifest's name of what an embedding depends on; only within one space are two comparable."""
SHORT = 12
"""Digits of a version that people are shown."""
REMEDY = "take the whole bundle anew"
IMAGE_SAMPLE = "image_sample"
NEEDED = (f"{SAVED_MODEL}/saved_model.pb", NORMALISATION)


@dataclass(frozen=True)
class Bundle:
    """A shipped model.

    Attributes:
        folder: of its files.
        normalisation: that of its graph.
        decisions: what val decided in its evaluation.
        manifest: content of manifest.json.
    """

    folder: Path
    normalisation: Normalisation
    decisions: Decisions
    manifest: dict[str, Any]

    @property
    def thresholds(self) -> list[Threshold]:
        """The thresholds of the mean distance, and the reject rules."""
        return self.decisions.thresholds

    @property
    def saved_model(self) -> Path:
        """The folder of the SavedModel."""
        return self.folder / SAVED_MODEL

    @property
    def normalisation_version(self) -> int:
        """The number of its graph's normalisation; 1 where the manifest names none."""
        return int(dict(self.manifest.get("normalisation", {})).get("version", 1))

    @property
    def space(self) -> str | None:
        """The sha256 of what an embedding depends on; None in bundles of earlier versions."""
        return self.manifest.get(SPACE)

    @property
    def catalog(self) -> str | None:
        """The sha256 of the catalog.csv of its training."""
        return dict(self.manifest.get("data", {})).get(CATALOG)

    @property
    def image_sample(self) -> list[str]:
        """A sample of the images of its training; empty in bundles of earlier versions."""
        return list(dict(self.manifest.get("data", {})).get(IMAGE_SAMPLE, []))


def origin(raw: Path) -> dict[str, Any]:
    """Returns the versions, the code's revision, the catalog's sha256 and a sample of its images.

    They are for a manifest.
    """
    images = catalog.read(raw)["sha256"]
    return {
        "versions": versions(),
        "code": code_revision(),
        "data": {CATALOG: sha256(raw / CATALOG), IMAGE_SAMPLE: image_sample.sample(images)},
    }


def write(folder: Path, content: Mapping[str, Any]) -> str:
    """Writes manifest.json, as the last file of the bundle.

    Args:
        folder: of the bundle.
        content: of the manifest, without its schema and the files' sha256.

    Returns:
        The bundle's version.
    """
    hashes = {name: value for name, value in manifest(folder).items() if name != MANIFEST}
    text = json.dumps({"schema": SCHEMA, **content, "files": hashes}, indent=2) + "\n"
    (folder / MANIFEST).write_text(text, encoding="utf-8")
    return version_of(text.encode())


def version_of(manifest: bytes) -> str:
    """Returns a bundle's name: the sha256 of its manifest's bytes, 64 hexadecimal digits."""
    return hashlib.sha256(manifest).hexdigest()


def short(version: str) -> str:
    """Returns the first 12 digits of a version, for people to read.

    Two bundles can be made that share them. Releases up to 0.1.0 named bundles so.
    """
    return version[:SHORT]


def read(folder: Path) -> Bundle:
    """Reads a bundle and checks its files against its manifest.

    Raises:
        InputError: a file is missing, is not listed, or has another sha256 than the manifest says,
            the bundle was written by newer code, or a network in ONNX is refused by `operations`.
    """
    content = _manifest(folder)
    listed, present = content["files"], manifest(folder)
    decided = DECISION if DECISION in listed else THRESHOLDS
    for name in (*NEEDED, decided, *listed):
        if name not in listed:
            raise InputError(f"{folder / MANIFEST}: does not list {name}; freeze the model again")
        path = folder / name
        if name not in present:
            raise InputError(f"{path}: no such file, but {MANIFEST} lists it; {REMEDY}")
        if present[name] != listed[name]:
            raise InputError(f"{path}: its sha256 is not that of {MANIFEST}; {REMEDY}")
        if path.suffix == ".onnx":
            operations.check_onnx(path)
    normalisation = Normalisation.load(folder / NORMALISATION)
    decisions = decision_file.read(folder, "freeze the model again")
    return Bundle(folder, normalisation, decisions, content)


def _manifest(folder: Path) -> dict[str, Any]:
    path = folder / MANIFEST
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (FileNotFoundError, NotADirectoryError):
        raise InputError(f"{path}: no such file; name a folder that freeze wrote") from None
    except (OSError, ValueError):
        raise InputError(f"{path}: not valid JSON; {REMEDY}") from None
    _check_schema(path, content)
    if not isinstance(content, dict) or not isinstance(content.get("files"), dict):
        raise InputError(f"{path}: lists no files; {REMEDY}")
    return content


def _check_schema(path: Path, content: object) -> None:
    """Checks that this code reads the schema; a manifest without one is older than the number."""
    schema = content.get("schema", SCHEMA) if isinstance(content, dict) else SCHEMA
    if isinstance(schema, bool) or not isinstance(schema, int) or schema < 1:
        raise InputError(f"{path}: schema {schema!r} is not a number from 1; {REMEDY}")
    if schema > SCHEMA:
        raise InputError(
            f"{path}: schema {schema}, written by newer code than this, "
            f"which reads up to {SCHEMA}; "
            "update this code, or freeze the model again with it"
        )
