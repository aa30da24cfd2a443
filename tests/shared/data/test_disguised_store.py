"""Disguised signatures stand apart from all others."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from components.shared.data.disguised_store import open_disguised, prepare_disguised
from components.shared.data.image_store import open_store
from components.shared.data.normalisation import Normalisation
from components.shared.data.outcomes import Normalised, Rejected
from components.shared.data.preparation import Normaliser, Row, prepare

SETTINGS = Normalisation(height=16, width=16)


def row(name: str, kind: str, sha256: str) -> Row:
    return {"path": f"{name}.png", "identity": name[0], "kind": kind, "sha256": sha256}


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    for value, name in enumerate(("a1", "a2", "b1", "b2")):
        picture = np.full((40, 40), 100 + value, np.uint8)
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    return tmp_path


def digest(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
    """Makes a picture of each file's digest."""
    results: list[Normalised | Rejected] = []
    for data in encoded:
        pixels = np.frombuffer(sha256(data).digest() * 8, np.uint8).reshape(SETTINGS.shape)
        results.append(Normalised(pixels, 100))
    return results


def nothing(images: object) -> list[Normalised | Rejected]:
    return [Rejected("blank")]


def test_they_have_a_store_of_their_own_and_the_other_is_as_without_them(raw: Path) -> None:
    rows = [
        row("a1", "genuine", "1"),
        row("a2", "disguised", "2"),
        row("b1", "genuine", "3"),
        row("b2", "disguised", "1"),
    ]
    normaliser = Normaliser(digest, SETTINGS, 10_000)
    with_them, without = raw / "with", raw / "without"
    for folder in (with_them, without):
        folder.mkdir()
    prepare(raw, rows, normaliser, with_them, label="x", workers=1)
    prepare(raw, [rows[0], rows[2]], normaliser, without, label="x", workers=1)
    disguised = prepare_disguised(raw, rows, normaliser, with_them, label="x", workers=1)
    assert disguised is not None
    assert [each["path"] for each in disguised.rows] == ["a2.png"]
    assert disguised.rejected == [
        ("b2.png", "the same bytes as an image that is not disguised"),
    ]
    store = open_disguised(with_them)
    assert store is not None
    assert store.index["identity"].tolist() == ["a"]
    for name in ("images.npy", "index.parquet", "sources.parquet", "normalise.json"):
        assert (with_them / name).read_bytes() == (without / name).read_bytes()
    assert len(open_store(with_them).index) == 2


def test_without_any_there_is_no_folder(raw: Path) -> None:
    rows = [row("a1", "genuine", "1"), row("a2", "disguised", "2")]
    normaliser = Normaliser(digest, SETTINGS, 10_000)
    assert prepare_disguised(raw, rows[:1], normaliser, raw, label="x", workers=1) is None
    assert open_disguised(raw) is None
    blank = Normaliser(nothing, SETTINGS, 10_000)
    refused = prepare_disguised(raw, rows, blank, raw, label="x", workers=1)
    assert refused is not None
    assert refused.rejected == [("a2.png", "blank")]
    assert open_disguised(raw) is None
