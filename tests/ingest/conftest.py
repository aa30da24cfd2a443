"""Small sources for the tests of the ingest step."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from components.ingest import fingerprint
from components.ingest.params import IngestParams

PNG = b"\x89PNG\r\n\x1a\n"  # the bytes are never decoded by ingest


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Gives each test a download cache of its own; CEDAR_DIR is not set."""
    folder = tmp_path / "checkpoints"
    monkeypatch.setenv("CHECKPOINT_DIR", str(folder))
    monkeypatch.delenv("CEDAR_DIR", raising=False)
    return folder


def folder_with(folder: Path, names: Iterable[str]) -> Path:
    """Writes files of these names, each of its own bytes, and returns the folder."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PNG + name.encode())
    return folder


def rows(out: Path) -> list[dict[str, str]]:
    """Returns the catalog's rows."""
    with (out / "catalog.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def labels(out: Path) -> list[tuple[str, str, str]]:
    """Returns path, identity and kind of every row."""
    return [(row["path"], row["identity"], row["kind"]) for row in rows(out)]


def params_for(source: Path | str, **others: object) -> IngestParams:
    """Returns parameters for a source."""
    return IngestParams.model_validate({"source": str(source), **others})


def fingerprint_of(params: IngestParams, folder: Path) -> str:
    """Returns the text of the source's fingerprint."""
    fingerprint.write(params, folder / "source.json")
    return (folder / "source.json").read_text()
