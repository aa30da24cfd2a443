"""Loading and running an embedder."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from components.shared.model.embedder import (
    count_views,
    embed,
    load_embedder,
    load_start,
    read_model,
)
from components.shared.runtime.errors import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    import keras

    keras.utils.set_random_seed(0)
    layers = [
        keras.layers.Input((6, 8, 1)),
        keras.layers.Rescaling(1 / 255),
        keras.layers.Flatten(),
    ]
    layers += [keras.layers.Dense(5), keras.layers.UnitNormalization()]
    path = tmp_path_factory.mktemp("embedder")
    keras.Sequential(layers).save(path / "embedder.keras")
    return path


@pytest.fixture(scope="module")
def model(folder: Path) -> Any:
    return load_embedder(folder)


@pytest.fixture
def images() -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.random.default_rng(0).integers(0, 256, (11, 6, 8, 1), np.uint8)


def test_a_start_is_loaded_where_there_is_one(folder: Path, tmp_path: Path, images: Any) -> None:
    assert load_start(folder) is None
    (tmp_path / "start.keras").write_bytes((folder / "embedder.keras").read_bytes())
    start = load_start(tmp_path)
    assert start is not None
    expected = embed(load_embedder(folder), images, progress=False)
    np.testing.assert_array_equal(embed(start, images, progress=False), expected)
    (tmp_path / "start.keras").write_bytes(b"not a model")
    with pytest.raises(InputError, match=r"start\.keras: cannot be loaded as a Keras model"):
        load_start(tmp_path)


def test_embeddings_do_not_depend_on_the_batch_size(model: Any, images: Any) -> None:
    result = embed(model, images, batch_size=4, progress=False)
    assert result.dtype == np.float32
    assert result.shape == (11, 5)
    np.testing.assert_allclose(np.linalg.norm(result, axis=1), 1, atol=1e-6)
    np.testing.assert_allclose(result, embed(model, images, progress=False), atol=1e-6)


def test_chosen_rows_come_in_the_order_asked(model: Any, images: Any) -> None:
    rows = np.array([9, 2, 5])
    embeddings = embed(model, images, batch_size=2, progress=False, rows=rows)
    np.testing.assert_allclose(embeddings, embed(model, images, progress=False)[rows], atol=1e-6)


def test_no_images_give_no_embeddings(model: Any, images: Any) -> None:
    assert embed(model, images[:0], progress=False).shape == (0, 5)


def test_a_bar_shows_the_progress_on_stderr(
    model: Any, images: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    embed(model, images, batch_size=4)
    assert "11/11" in capsys.readouterr().err


def test_images_of_another_shape_are_refused(model: Any) -> None:
    with pytest.raises(InputError, match=r"takes images of shape \(6, 8, 1\)"):
        embed(model, np.zeros((2, 6, 9, 1), np.uint8), progress=False)
    with pytest.raises(InputError, match="takes images"):
        embed(model, np.zeros((2, 6), np.uint8), progress=False)


def test_a_missing_embedder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"embedder\.keras: no such file"):
        load_embedder(tmp_path)


def test_a_broken_embedder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "embedder.keras").write_bytes(b"not a model")
    with pytest.raises(InputError, match="cannot be loaded") as caught:
        load_embedder(tmp_path)
    assert "\n" not in str(caught.value)


def test_the_views_are_those_of_its_architecture_and_another_model_has_one(model: Any) -> None:
    embedders = Path(__file__).parent / "embedders"
    assert count_views(model) == 1
    assert count_views(read_model(embedders / "whole.keras")) == 1
    assert count_views(read_model(embedders / "views.keras")) == 3
