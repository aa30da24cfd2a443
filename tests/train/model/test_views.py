"""Views of an image: parts of it, enlarged about their ink, against OpenCV and by hand."""

import itertools
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from components.shared.model.architecture import Architecture, View

HEIGHT, WIDTH = 32, 64


def page(*strokes: tuple[int, int, int, int]) -> NDArray[np.uint8]:
    """White paper with black rectangles: top, bottom, left, right."""
    image = np.full((HEIGHT, WIDTH, 1), 255, np.uint8)
    for top, bottom, left, right in strokes:
        image[top:bottom, left:right] = 0
    return image


def drawn(count: int) -> NDArray[np.uint8]:
    """Curves of different extents from left to right, with greys at their edges."""
    random = np.random.default_rng(0)
    pages = []
    for _ in range(count):
        image = page()
        points = random.integers((4, 4), (WIDTH - 4, HEIGHT - 4), (7, 2)).astype(np.int32)
        points[[0, -1], 0] = 6, WIDTH - 6
        cv2.polylines(image, [points.reshape(-1, 1, 2)], False, 0, 1, cv2.LINE_AA)
        pages.append(image)
    return np.stack(pages)


def seen(images: NDArray[np.uint8], view: View) -> NDArray[np.float32]:
    import keras

    from components.train.model import views

    inputs = keras.Input(images.shape[1:], dtype="uint8")
    return np.asarray(keras.Model(inputs, views.apply_view(inputs, view))(images))


@pytest.mark.parametrize(
    ("view", "first", "beyond"),
    [("left", 0, 35), ("right", 29, 64), ("start", 0, 24), ("middle", 20, 44), ("end", 40, 64)],
)
def test_a_part_is_its_ink_in_the_middle_as_large_as_fits_and_not_larger_than_1_8_times(
    view: View, first: int, beyond: int
) -> None:
    images = drawn(6)
    for image, part in zip(images, seen(images, view), strict=True):
        ink = np.zeros((HEIGHT, WIDTH), np.float32)
        ink[:, first:beyond] = 255 - image[:, first:beyond, 0].astype(np.float32)
        rows = np.flatnonzero((ink > 127).any(axis=1))
        columns = np.flatnonzero((ink > 127).any(axis=0))
        height, width = np.ptp(rows) + 1, np.ptp(columns) + 1
        scale = min((HEIGHT - 2) / height, (WIDTH - 2) / width, 1.8)
        assert scale > 1
        centre = np.array([columns[0] + columns[-1], rows[0] + rows[-1]]) / 2
        shift = np.array([WIDTH - 1, HEIGHT - 1]) / 2 - scale * centre
        enlarged = cv2.warpAffine(
            ink, np.array([[scale, 0, shift[0]], [0, scale, shift[1]]]), (WIDTH, HEIGHT)
        )
        difference = np.abs(255 - enlarged - part[:, :, 0])
        assert difference.max() <= 12  # OpenCV knows 32 places between two pixels
        assert difference.mean() < 1


def test_outside_of_a_part_is_paper_and_a_small_stroke_is_enlarged_1_8_times_only() -> None:
    # 10 × 10 pixels at the left, which become 18 × 18 in the middle; the bar at the right is not
    # seen.
    (part,) = seen(page((5, 15, 3, 13), (0, 32, 60, 64))[np.newaxis], "left")
    ink = 255.0 - part[:, :, 0]
    assert ink.sum() / 255 == pytest.approx(18 * 18, rel=0.02)
    rows = np.flatnonzero((ink > 127).any(axis=1))
    columns = np.flatnonzero((ink > 127).any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (7, 24, 23, 40)


def test_a_part_without_ink_is_a_blank_page_and_the_mirror_image_is_turned() -> None:
    image = page((5, 15, 3, 13))[np.newaxis]
    assert (seen(image, "right") == 255).all()
    assert (seen(image, "mirror") == image[:, :, ::-1]).all()
    assert (seen(image, "whole") == image).all()


def test_the_extent_of_ink_is_from_its_first_place_to_the_one_after_its_last() -> None:
    from components.train.model.views import _extent

    sets = np.array(list(itertools.product([0, 1], repeat=8)), np.float32)
    first, beyond = (np.asarray(ends) for ends in _extent(sets))
    assert first.dtype == beyond.dtype == np.dtype(np.float32)
    np.testing.assert_array_equal(first, sets.argmax(axis=1))
    np.testing.assert_array_equal(beyond, 8 - sets[:, ::-1].argmax(axis=1))


@pytest.mark.slow
def test_an_embedding_is_that_of_each_view_side_by_side_at_unit_length(tmp_path: Path) -> None:
    import keras

    from components.shared.model.embedder import load_embedder
    from components.train.model import head, network

    images = drawn(5)
    names: list[View] = ["mirror", "whole", "right", "left"]
    shape = (HEIGHT, WIDTH, 1)
    model = network.build(Architecture(shape, 16, pooled_blocks=(3,), views=tuple(names)))
    plain = model.get_layer("plain")
    pooled = keras.Model(plain.input, plain.get_layer("standardise").input)
    shares = {name: np.asarray(plain(seen(images, name))) for name in names}
    embeddings = np.asarray(model(images))
    np.testing.assert_allclose(
        embeddings, np.concatenate([*shares.values()], axis=1) / 2, atol=1e-5
    )
    for name in names:
        features = head.pooled_features(model, images, None, name)
        np.testing.assert_allclose(features, np.asarray(pooled(seen(images, name))), atol=1e-5)
    alone = network.build(Architecture(shape, 4, pooled_blocks=(3,)))
    alone.set_weights(model.get_weights())
    np.testing.assert_allclose(np.asarray(alone(images)), shares["whole"], atol=1e-5)
    np.testing.assert_allclose(np.asarray(alone(images[:, :, ::-1])), shares["mirror"], atol=1e-5)
    model.save(tmp_path / "embedder.keras")
    for same in (network.clone_in_precision(model, "float32"), load_embedder(tmp_path)):
        np.testing.assert_allclose(np.asarray(same(images)), embeddings, atol=1e-6)
