"""Resizing by the mean over areas in NumPy, against the graph's and a slow one."""

import numpy as np
import pytest

from components.shared.data.area_mean import area_mean
from components.shared.data.normalisation_rules import PAPER
from tests.shared.data.test_area_resize import slow_resize


@pytest.mark.parametrize("size", [(1, 1), (3, 7), (8, 8), (20, 30)])
@pytest.mark.parametrize("channels", [1, 3])
def test_each_new_pixel_is_the_mean_of_its_area_rounded_half_up(
    size: tuple[int, int], channels: int
) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (12, 18, channels)).astype(np.uint8)
    np.testing.assert_array_equal(area_mean(pixels, *size, unit=1), slow_resize(pixels, *size))


def test_pixels_of_0_and_1_are_in_units_of_paper() -> None:
    pixels = np.random.default_rng(1).integers(0, 2, (9, 14, 1)).astype(np.uint8)
    expected = slow_resize(PAPER * pixels, 4, 5)
    np.testing.assert_array_equal(area_mean(pixels, 4, 5, unit=PAPER), expected)


@pytest.mark.parametrize("height", [257, 600, 65_535])
def test_sums_that_16_bits_do_not_hold_are_as_exact(height: int) -> None:
    white = np.full((height, 3, 1), PAPER, np.uint8)
    assert (area_mean(white, 1, 1, unit=1) == PAPER).all()
    ink = np.ones((height, 3, 1), np.uint8)
    assert (area_mean(ink, 2, 2, unit=PAPER) == PAPER).all()
