"""Preparation of raw images, with a graph that needs no TensorFlow."""

import threading
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from components.shared.data import preparation
from components.shared.data.image_conversion import SourceImage, read
from components.shared.data.image_store import open_store
from components.shared.data.normalisation import Normalisation
from components.shared.data.outcomes import Normalised, Rejected
from components.shared.data.preparation import CHUNK, Normaliser, Prepared, Row, prepare
from components.shared.runtime.errors import InputError
from tests.pictures import encode, strokes

SETTINGS = Normalisation(height=16, width=24)
IMAGES = 2 * CHUNK + 7
BLANK, MISSING = 3, CHUNK + 1
SIZES: list[bytes] = [encode(strokes(i, 30, 40 + i)) for i in range(IMAGES)]


def constant(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
    """Makes every image a constant one that names its file, and rejects the blank one."""
    assert encoded
    results: list[Normalised | Rejected] = []
    for data in encoded:
        number = SIZES.index(data)
        pixels = np.full(SETTINGS.shape, number, np.uint8)
        results.append(Rejected("blank") if number == BLANK else Normalised(pixels, 100 + number))
    return results


@pytest.fixture(scope="module")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("raw")
    for number, data in enumerate(SIZES):
        if number != MISSING:
            (folder / f"{number}.png").write_bytes(data)
    return folder


GENUINE = {"identity": "a", "kind": "genuine", "sha256": "0" * 64}
ROWS: list[Row] = [{"path": f"{i}.png", **GENUINE} for i in range(IMAGES)]
ACCEPTED = [i for i in range(IMAGES) if i not in (BLANK, MISSING)]


@pytest.fixture(scope="module", params=[1, 4], ids=["one thread", "four threads"])
def outcome(
    request: pytest.FixtureRequest, raw: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Prepared, Path]:
    folder = tmp_path_factory.mktemp("store")
    normaliser = Normaliser(constant, SETTINGS, max_pixels=10_000)
    return prepare(raw, ROWS, normaliser, folder, label="x", workers=request.param), folder


def test_the_store_has_all_accepted_images_in_the_order_of_the_catalog(
    outcome: tuple[Prepared, Path],
) -> None:
    images, folder = outcome
    store = open_store(folder)
    assert store.images[:, 0, 0, 0].tolist() == ACCEPTED
    assert store.index["path"].tolist() == [f"{i}.png" for i in ACCEPTED]
    assert images.rows == [ROWS[i] for i in ACCEPTED]


def test_sizes_and_greys_are_those_of_the_source_files(outcome: tuple[Prepared, Path]) -> None:
    images, folder = outcome
    assert images.sources["width"].tolist() == [40 + i for i in ACCEPTED]
    assert images.sources["median_grey"].tolist() == [100 + i for i in ACCEPTED]
    sources = pd.read_parquet(folder / "sources.parquet")
    assert sources["width"].tolist() == open_store(folder).index["width"].tolist()


def test_disguised_signatures_are_left_out_and_counted(raw: Path, tmp_path: Path) -> None:
    rows = [{**row, "kind": "disguised"} if row is ROWS[5] else row for row in ROWS]
    normaliser = Normaliser(constant, SETTINGS, max_pixels=10_000)
    images = prepare(raw, rows, normaliser, tmp_path, label="x", workers=1)
    assert images.disguised == 1
    assert open_store(tmp_path).images[:, 0, 0, 0].tolist() == [i for i in ACCEPTED if i != 5]
    with pytest.raises(InputError, match="all 1 images are disguised signatures"):
        prepare(raw, [rows[5]], normaliser, tmp_path, label="x", workers=1)


def test_a_rejected_image_has_its_reason_whether_file_or_graph_is_at_fault(
    outcome: tuple[Prepared, Path],
) -> None:
    expected = [(f"{BLANK}.png", "blank"), (f"{MISSING}.png", "no such file")]
    assert outcome[0].rejected == expected


def test_one_worker_calls_the_graph_in_order_and_never_with_nothing(
    raw: Path, tmp_path: Path
) -> None:
    calls: list[list[int]] = []

    def record(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
        calls.append([SIZES.index(data) for data in encoded])
        return constant(encoded)

    rows = [{"path": "absent.png", **GENUINE}] * CHUNK + ROWS[:CHUNK]
    normaliser = Normaliser(record, SETTINGS, max_pixels=10_000)
    images = prepare(raw, rows, normaliser, tmp_path, label="x", workers=1)
    assert calls == [list(range(CHUNK))]
    assert len(images.rejected) == CHUNK + 1


def test_several_workers_call_the_graph_at_once(raw: Path, tmp_path: Path) -> None:
    together = threading.Barrier(2, timeout=30)

    def wait(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
        together.wait()  # breaks, and fails, unless a second call comes meanwhile
        return constant(encoded)

    normaliser = Normaliser(wait, SETTINGS, max_pixels=10_000)
    images = prepare(raw, ROWS[: 2 * CHUNK], normaliser, tmp_path, label="x", workers=2)
    assert len(images.rows) == 2 * CHUNK - 2


def test_hashes_are_those_of_the_images_in_the_store(raw: Path, tmp_path: Path) -> None:
    def hashed(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
        return [
            result._replace(source_hash=bytes([result.median_grey - 100]))
            if isinstance(result, Normalised)
            else result
            for result in constant(encoded)
        ]

    normaliser = Normaliser(hashed, SETTINGS, max_pixels=10_000)
    images = prepare(raw, ROWS, normaliser, tmp_path, label="x", workers=3)
    assert images.hashes == [bytes([number]) for number in ACCEPTED]


def test_images_go_through_the_graph_as_far_as_their_pixels_allow(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[list[int]] = []

    def record(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
        calls.append([SIZES.index(data) for data in encoded])
        return constant(encoded)

    monkeypatch.setattr(preparation, "LARGE", 30 * (40 + 41 + 42))
    normaliser = Normaliser(record, SETTINGS, max_pixels=10_000)
    images = prepare(raw, ROWS[:9], normaliser, tmp_path, label="x", workers=1)
    assert calls == [[0, 1, 2], [3, 4], [5, 6], [7, 8]]
    assert images.rows == [ROWS[i] for i in range(9) if i != BLANK]


def test_all_threads_hold_no_more_pixels_than_the_budget_while_they_convert_and_normalise(
    raw: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    held: list[int] = []
    most: list[int] = []

    def convert(path: Path, max_pixels: int) -> SourceImage | Rejected:
        image = read(path, max_pixels)
        if isinstance(image, SourceImage):
            held.append(image.height * image.width)
            most.append(sum(held))
        time.sleep(0.002)
        return image

    def forget(encoded: Sequence[bytes]) -> list[Normalised | Rejected]:
        results = constant(encoded)
        for data in encoded:
            held.remove(30 * (40 + SIZES.index(data)))
        return results

    monkeypatch.setattr(preparation, "LARGE", 0)
    monkeypatch.setattr(preparation, "BUDGET", 30 * 250)
    monkeypatch.setattr(preparation, "CHUNK", 4)
    monkeypatch.setattr(preparation, "read", convert)
    normaliser = Normaliser(forget, SETTINGS, max_pixels=10_000)
    images = prepare(raw, ROWS, normaliser, tmp_path, label="x", workers=8)
    assert max(most) <= 30 * 250
    assert len(images.rows) == len(ACCEPTED)
