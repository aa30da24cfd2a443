"""Resizing by the mean over areas, against means of repeated pixels."""

import numpy as np
import pytest

from components.shared.data.area_resize import resize_area
from components.shared.data.normalisation_rules import PAPER


def slow_resize(pixels: np.ndarray, height: int, width: int) -> np.ndarray:
    """Repeats each pixel until both sizes divide, and takes the mean of each block."""
    fine = pixels.repeat(height, axis=0).repeat(width, axis=1).astype(np.float64)
    blocks = fine.reshape(height, pixels.shape[0], width, pixels.shape[1], -1)
    return np.asarray(np.floor(blocks.mean(axis=(1, 3)) + 0.5), np.uint8)


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (8, 8), (20, 30)])
@pytest.mark.parametrize("channels", [1, 3])
def test_each_new_pixel_is_the_mean_of_its_area_rounded_half_up(
    size: tuple[int, int], channels: int
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 18, channels))
    resized = resize_area(pixels, *size, unit=1).numpy()
    np.testing.assert_array_equal(resized, slow_resize(pixels, *size))


def test_pixels_of_0_and_1_are_in_units_of_paper() -> None:
    pixels = np.random.default_rng(1).integers(0, 2, (9, 14, 1))
    resized = resize_area(pixels, 4, 5, unit=PAPER).numpy()
    np.testing.assert_array_equal(resized, slow_resize(PAPER * pixels, 4, 5))
