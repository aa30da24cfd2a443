from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from components.shared.data.image_store import (
    StoreWriter,
    open_store,
    read_reasons,
    write_rejected,
    write_store,
)
from components.shared.data.normalisation import Normalisation
from components.shared.runtime.errors import InputError
from components.shared.storage.files import manifest
from tests.pictures import colours

SPEC = Normalisation(mode="none", height=23, width=31, channels=3)


def _index(n: int) -> pd.DataFrame:
    rows = [
        {
            "path": f"ä/{i}.png",
            "identity": f"0{i}",
            "kind": "genuine",
            "sha256": f"{i:064x}",
            "height": 5 + i,
            "width": 7,
        }
        for i in range(n)
    ]
    return pd.DataFrame(rows)


def _images(n: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.stack([colours(i, 3) for i in range(n)])


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    write_store(tmp_path, _images(12), _index(12), SPEC)
    store = open_store(tmp_path)
    np.testing.assert_array_equal(store.images, _images(12))
    assert isinstance(store.images, np.memmap)
    assert store.index.to_dict("records") == _index(12).to_dict("records")
    assert store.normalisation == SPEC


def test_the_array_is_the_file_that_numpy_would_save(tmp_path: Path) -> None:
    write_store(tmp_path, _images(101), _index(101), SPEC)
    np.save(tmp_path / "numpy.npy", _images(101))
    assert (tmp_path / "images.npy").read_bytes() == (tmp_path / "numpy.npy").read_bytes()


def test_equal_stores_are_equal_bytes_and_name_no_version_of_pandas(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        write_store(tmp_path / name, _images(3), _index(3), SPEC)
    for file in ("images.npy", "index.parquet", "normalise.json"):
        assert (tmp_path / "a" / file).read_bytes() == (tmp_path / "b" / file).read_bytes()
    assert b"pandas" not in (tmp_path / "a" / "index.parquet").read_bytes()


@pytest.mark.parametrize("places", [[], [0, 1, 2, 3], [0, 3], [1, 2]])
def test_images_that_are_not_kept_leave_no_trace(places: list[int], tmp_path: Path) -> None:
    (tmp_path / "some").mkdir()
    write_store(tmp_path / "some", _images(4)[places], _index(4).iloc[places], SPEC)
    (tmp_path / "kept").mkdir()
    rows = _index(4).to_dict("records")
    with StoreWriter(tmp_path / "kept", SPEC) as writer:
        for image, row in zip(_images(4), rows, strict=True):
            writer.append(image, {str(key): value for key, value in row.items()})
        writer.keep(places)
    assert manifest(tmp_path / "kept") == manifest(tmp_path / "some")


def test_an_image_of_another_size_is_not_taken(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="expected uint8"), StoreWriter(tmp_path, SPEC) as writer:
        writer.append(colours(0, 1), {})


def test_images_and_index_that_do_not_belong_together_are_refused(tmp_path: Path) -> None:
    write_store(tmp_path, _images(3), _index(3), SPEC)
    np.save(tmp_path / "images.npy", _images(4))
    with pytest.raises(InputError, match="do not belong together"):
        open_store(tmp_path)


@pytest.mark.parametrize("name", ["images.npy", "index.parquet", "normalise.json"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut"])
def test_a_missing_or_damaged_file_is_named(tmp_path: Path, name: str, damage: str) -> None:
    write_store(tmp_path, _images(3), _index(3), SPEC)
    content = (tmp_path / name).read_bytes()
    if damage == "missing":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(content[: len(content) // 2] if damage == "cut" else b"")
    with pytest.raises(InputError, match=name):
        open_store(tmp_path)


def test_rejected_images_are_counted_whatever_their_names_hold(tmp_path: Path) -> None:
    assert read_reasons(tmp_path) == []
    write_rejected([], tmp_path)
    assert read_reasons(tmp_path) == []
    write_rejected([("a,\nb.png", "blank"), ("c.png", 'no "ink", none')], tmp_path)
    assert len(read_reasons(tmp_path)) == 2
