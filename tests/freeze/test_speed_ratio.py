"""The ratio of two networks' times."""

import doctest

import numpy as np
import numpy.typing as npt
import pytest

from components.freeze import speed_ratio


def test_the_example_says_what_the_code_does() -> None:
    outcome = doctest.testmod(speed_ratio)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_equal_ratios_have_an_interval_of_no_width() -> None:
    assert speed_ratio.of_turns([2.0, 2.0, 2.0]) == pytest.approx((2, 2, 2))


def test_a_network_with_more_to_do_is_slower_and_each_image_comes_alone() -> None:
    pixels = np.zeros((3, 4, 4, 1), np.uint8)
    shapes = set()

    def work(image: npt.NDArray[np.uint8], times: int) -> None:
        shapes.add(image.shape)
        for _ in range(times):
            np.sort(np.arange(20_000)[::-1])

    ratio = speed_ratio.measure(lambda image: work(image, 2), lambda image: work(image, 16), pixels)
    assert shapes == {(1, 4, 4, 1)}
    assert ratio.low <= ratio.value <= ratio.high < 1
