"""The preprocess step on sets that hold a picture twice, equal or nearly so."""

import hashlib
from pathlib import Path
from typing import cast

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from components.preprocess import step
from components.preprocess.params import PreprocessParams
from components.shared.data import catalog
from components.shared.data.catalog import Entry, Kind
from components.shared.data.image_store import open_store
from components.shared.data.near_copies import read_near_copies
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest
from tests.pictures import encode, strokes

PARAMS = PreprocessParams(height=32, width=56, max_rejected=0.9)


def _labelled(folder: Path, files: dict[str, bytes]) -> Path:
    """A catalog of files `identity/kind/name`."""
    entries = []
    for path, data in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
        identity, kind, _ = path.split("/")
        entries.append(Entry(path, identity, cast(Kind, kind), hashlib.sha256(data).hexdigest()))
    catalog.write(entries, folder)
    return folder


def _pictures(identities: int) -> dict[str, bytes]:
    """Files of so many identities, of two genuine images and a forgery each."""
    names = ("forgery/1.png", "genuine/1.png", "genuine/2.png")
    return {
        f"{place // 3:02}/{names[place % 3]}": encode(strokes(place, 60, 90))
        for place in range(3 * identities)
    }


def test_a_set_with_copies_is_prepared_as_the_set_without_them(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = _pictures(12)
    copies = {
        "00/genuine/3.png": files["00/genuine/1.png"],
        "03/forgery/9.bmp": encode(strokes(9, 60, 90), "bmp"),
        "03/forgery/9.tiff": encode(strokes(9, 60, 90), "tiff"),
        "11/genuine/3.tiff": encode(strokes(34, 60, 90), "tiff"),
    }
    originals = ["00/genuine/1.png", "03/forgery/1.png", "03/forgery/1.png", "11/genuine/1.png"]
    once = step.run(PARAMS, _labelled(tmp_path / "raw", files), tmp_path / "once")
    raw = _labelled(tmp_path / "more", files | copies)
    assert step.run(PARAMS, raw, tmp_path / "copies") == once | {"duplicates": 4}
    listed = (tmp_path / "copies" / "duplicates.csv").read_text().splitlines()
    expected = map(",".join, zip(copies, originals, strict=True))
    assert listed == ["path,original", *expected]
    (tmp_path / "copies" / "duplicates.csv").unlink()
    assert manifest(tmp_path / "copies") == manifest(tmp_path / "once")
    assert "4 images are copies of others and are left out; duplicates.csv names" in caplog.text


def test_a_picture_with_two_labels_is_rejected_with_both_paths(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = _pictures(4)
    twice = {"00/genuine/9.bmp": encode(strokes(5, 60, 90), "bmp")}
    raw = _labelled(tmp_path / "raw", files | twice)
    figures = step.run(PARAMS, raw, tmp_path / "out")
    assert (figures["images"], figures["rejected"], figures["duplicates"]) == (11, 2, 0)
    assert list(open_store(tmp_path / "out").index["path"]) == sorted(
        set(files) - {"01/genuine/2.png"}
    )
    told = "00/genuine/9.bmp is the same picture as 01/genuine/2.png, genuine of 01"
    assert told in caplog.text
    with pytest.raises(
        InputError, match=r"2 of 13 .*9\.bmp: the same picture as 01/genuine/2\.png"
    ):
        step.run(PreprocessParams(), raw, tmp_path / "out")


def _changed(seed: int, change: str) -> bytes:
    """A picture, or the same scaled or saved anew, as a file."""
    picture = Image.fromarray(strokes(seed, 120, 200))
    if change == "scaled":
        picture = picture.resize((140, 84), Image.Resampling.BICUBIC)
    return encode(np.asarray(picture), "jpeg" if change == "saved" else "png")


def test_nearly_equal_images_are_told_and_used(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = {
        f"{who:02}/genuine/{i}.png": _changed(4 * who + i, "") for who in range(6) for i in (0, 1)
    }
    near = {
        "00/genuine/7.png": _changed(0, "scaled"),
        "01/genuine/7.jpg": _changed(4, "saved"),
        "05/forgery/7.png": _changed(12, "scaled"),
    }
    raw = _labelled(tmp_path / "raw", files | near)
    with caplog.at_level("INFO"):
        figures = step.run(PARAMS, raw, tmp_path / "out", tmp_path / "report")
    assert (figures["images"], figures["duplicates"], figures["n_near_copies"]) == (15, 0, 3)
    table = pd.read_csv(tmp_path / "report" / "duplicates.csv", dtype={"identity": str})
    pairs = {frozenset(pair) for pair in zip(table["path"], table["other"], strict=True)}
    originals = ["00/genuine/0.png", "01/genuine/0.png", "03/genuine/0.png"]
    assert pairs == {frozenset(pair) for pair in zip(near, originals, strict=True)}
    assert set(table["relation"]) == {"near"}
    assert table["distance"].max() <= 20
    summary = (tmp_path / "report" / "summary.txt").read_text()
    assert "nearly equal: 2 within identities, 1 across identities (duplicates.csv" in summary
    assert "3 pairs of images are nearly equal; all of them are used" in caplog.text
    assert "1 pairs of nearly equal images stand with different labels, such as 05/" in caplog.text
    assert len(read_near_copies(tmp_path / "out")) == 3
    off = PARAMS.model_copy(update={"near_copies": 0})
    assert "n_near_copies" not in step.run(off, raw, tmp_path / "off", tmp_path / "report")
    assert not (tmp_path / "off" / "near_copies.csv").exists()
    assert not (tmp_path / "report" / "duplicates.csv").exists()


def test_the_report_has_equal_pictures_of_one_label_and_of_two(tmp_path: Path) -> None:
    twice = {"00/genuine/9.bmp": encode(strokes(5, 60, 90), "bmp")}
    copies = {"02/genuine/9.tiff": encode(strokes(7, 60, 90), "tiff")}
    raw = _labelled(tmp_path / "raw", _pictures(4) | twice | copies)
    step.run(PARAMS, raw, tmp_path / "out", tmp_path / "report")
    assert (tmp_path / "report" / "duplicates.csv").read_text().splitlines() == [
        "path,other,identity,other_identity,kind,other_kind,relation,distance",
        "01/genuine/2.png,00/genuine/9.bmp,01,00,genuine,genuine,equal,0",
        "02/genuine/9.tiff,02/genuine/1.png,02,02,genuine,genuine,equal,0",
    ]
    summary = (tmp_path / "report" / "summary.txt").read_text()
    assert "equal: 1 within identities, 1 across identities" in summary
