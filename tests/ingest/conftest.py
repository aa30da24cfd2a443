"""Small sources for the tests of the ingest step."""

import csv
from collections.abc import Iterable
from pathlib import Path

import pytest

from components.ingest.params import IngestParams

PNG = b"\x89PNG\r\n\x1a\n"  # the bytes are never decoded by ingest


@pytest.fixture(autouse=True)
def checkpoints(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A download cache of the test's own; CEDAR_DIR is not set."""
    folder = tmp_path / "checkpoints"
    monkeypatch.setenv("CHECKPOINT_DIR", str(folder))
    monkeypatch.delenv("CEDAR_DIR", raising=False)
    return folder


def filled(folder: Path, names: Iterable[str]) -> Path:
    """A folder with files of these names, each of its own bytes."""
    for name in names:
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(PNG + name.encode())
    return folder


def rows(out: Path) -> list[dict[str, str]]:
    """The catalog's rows."""
    with (out / "catalog.csv").open(newline="", encoding="utf-8") as stream:
        return list(csv.DictReader(stream))


def told(out: Path) -> list[tuple[str, str, str]]:
    """Path, identity and kind of every row."""
    return [(row["path"], row["identity"], row["kind"]) for row in rows(out)]


def of(source: Path | str, **others: object) -> IngestParams:
    """Parameters for a source."""
    return IngestParams.model_validate({"source": str(source), **others})
