"""Maps and displacements, derived by hand."""

import numpy as np
import pytest

from components.train.data.geometry import _spline_weights, displacements, inverse_affine, warp
from components.train.params import AugmentParams

HEIGHT, WIDTH = 21, 41  # centre at row 10, column 20
STILL = AugmentParams(rotation=0, scale=0, shear=0, shift=0, thickness=0)


def inverse(params: AugmentParams, draws: list[float], flip: bool = False) -> np.ndarray:
    maps = inverse_affine(HEIGHT, WIDTH, params, np.array([draws]), np.array([flip]))
    matrix: np.ndarray = maps[0]
    return matrix


def original_place(matrix: np.ndarray, x: float, y: float) -> list[float]:
    return [float(value) for value in matrix @ [x, y, 1]]


def test_without_changes_every_pixel_comes_from_its_own_place() -> None:
    assert inverse(STILL, [1] * 6) == pytest.approx(np.eye(2, 3))


def test_a_copy_turned_by_a_right_angle_reads_above_the_centre_what_was_beside_it() -> None:
    turned = inverse(STILL.model_copy(update={"rotation": 90}), [1, 0, 0, 0, 0, 0])
    # y points down: (1, 0) turns to (0, 1), so that five below the centre stands what was right.
    assert original_place(turned, 20, 15) == pytest.approx([25, 10], abs=1e-5)
    assert original_place(turned, 20, 10) == pytest.approx([20, 10], abs=1e-5)


def test_scale_shear_and_shift_are_undone() -> None:
    scaled = inverse(STILL.model_copy(update={"scale": 0.5}), [0, 1, -1, 0, 0, 0])
    assert original_place(scaled, 20 + 15, 10 + 4) == pytest.approx([30, 18])  # 15 / 1.5, 4 / 0.5
    sheared = inverse(STILL.model_copy(update={"shear": 0.5}), [0, 0, 0, 1, 0, 0])
    assert original_place(sheared, 20 + 4, 10 + 8) == pytest.approx([20, 18])
    shifted = inverse(STILL.model_copy(update={"shift": 0.1}), [0, 0, 0, 0, 1, -1])
    assert original_place(shifted, 20, 10) == pytest.approx([20 - 4.1, 10 + 2.1], abs=1e-5)


def test_a_flip_exchanges_left_and_right_about_the_centre() -> None:
    assert original_place(inverse(STILL, [0] * 6, flip=True), 0, 3) == pytest.approx([40, 3])


def test_a_pixel_on_a_knot_weighs_it_two_thirds_and_one_midway_the_four_around() -> None:
    weights = _spline_weights(5, 2.0)
    assert weights[0] == pytest.approx([1 / 6, 2 / 3, 1 / 6, 0, 0, 0])
    assert weights[1] == pytest.approx([1 / 48, 23 / 48, 23 / 48, 1 / 48, 0, 0])
    assert weights.sum(axis=1) == pytest.approx(1)


def test_displacements_keep_to_their_size_and_are_smooth() -> None:
    fields = displacements((3, 32, 64), 2.0, np.random.default_rng(0))
    assert fields.shape == (3, 32, 64, 2)
    assert 0.5 < np.abs(fields).max() <= 2.0
    assert np.abs(np.diff(fields, axis=2)).max() < 0.5
    assert not np.array_equal(fields[0], fields[1])


@pytest.mark.parametrize(("channels", "outside"), [(1, 255), (3, 7)])
def test_outside_is_white_in_grey_images_and_the_edge_repeated_in_rgb(
    channels: int, outside: int
) -> None:
    image = np.full((4, 6, channels), 7, np.uint8)
    shift = np.array([[1, 0, 3], [0, 1, 0]], np.float32)  # reads three columns further right
    moved = warp(image, shift, None).reshape(image.shape)
    assert (moved[:, :3] == 7).all()
    assert (moved[:, 3:] == outside).all()


def test_a_field_of_whole_pixels_moves_them_without_change() -> None:
    image = np.arange(24, dtype=np.uint8).reshape(4, 6, 1)
    field = np.zeros((4, 6, 2), np.float32)
    field[..., 0] = 1
    moved = warp(image, np.eye(2, 3, dtype=np.float32), field).reshape(image.shape)
    assert (moved[:, :-1] == image[:, 1:]).all()
    assert (moved[:, -1] == 255).all()
