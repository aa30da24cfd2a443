"""The rules on ink in NumPy, on the cases that the graph's tests derive by hand."""

import numpy as np
import pytest

from components.shared.data.ink import count_levels, find_writing, otsu
from components.shared.data.normalisation_rules import MAX_PIXELS
from components.shared.data.outcomes import Rejected
from tests.pictures import Grey
from tests.shared.data import test_ink_graph as cases


@pytest.mark.parametrize(
    ("levels", "threshold", "distance"),
    [({10: 3, 20: 1, 200: 4}, 20, 200 - 12.5), ({0: 5, 255: 5}, 0, 255.0), ({7: 9}, 0, 0.0)],
)
def test_otsu_finds_the_cut_derived_by_hand(
    levels: dict[int, int], threshold: int, distance: float
) -> None:
    histogram = np.zeros(256, np.int64)
    histogram[list(levels)] = list(levels.values())
    assert otsu(histogram) == (threshold, distance)


def test_otsu_is_exact_where_the_image_is_as_large_as_allowed() -> None:
    histogram = np.zeros(256, np.int64)
    histogram[[30, 31, 254, 255]] = [1, 1, 1, MAX_PIXELS - 3]
    assert otsu(histogram)[0] == 31


def test_no_pixels_have_no_levels() -> None:
    assert not count_levels(np.zeros((0, 4), np.uint8)).any()


@pytest.mark.parametrize("mode", ["shape", "tone"])
def test_light_on_dark_gives_the_writing_of_dark_on_light(mode: str) -> None:
    page = cases.page()
    turned, straight = find_writing(255 - page, mode), find_writing(page, mode)
    assert (turned.inverted, straight.inverted) == (True, False)
    np.testing.assert_array_equal(turned.levels, straight.levels)


@pytest.mark.parametrize(
    ("grey", "reason"),
    [
        (cases.box(), "empty box: no ink found inside"),
        (cases.gradient(), "no writing|a shadow or dark margin"),
        (cases.dark_corner(), "a shadow or dark margin counts as ink"),
        (cases.photograph(), "no writing|a shadow or dark margin"),
        (np.pad(cases.PAGE, 20, constant_values=5), "blank image: no ink found"),
    ],
)
def test_what_is_no_writing_is_rejected_with_a_reason(grey: Grey, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        find_writing(grey, "shape")


def test_specks_are_beyond_the_writing() -> None:
    page = np.full((200, 300), 235, np.uint8)
    page[80:120, 100:220] = 30
    alone = find_writing(page, "shape").levels
    page[3:6, 2:5] = 30
    np.testing.assert_array_equal(find_writing(page, "shape").levels, alone)
