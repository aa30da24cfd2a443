"""Differences that are too large."""

import numpy as np
import numpy.typing as npt
import pytest

from components.shared.runtime.errors import InputError


def test_the_difference_is_the_largest_of_all_components() -> None:
    from components.freeze.parity import max_abs_difference

    reference = np.array([[0.5, 0.25], [0.0, -1.0]], np.float32)
    other = np.array([[0.5, 0.5], [0.0, -1.5]], np.float32)
    assert max_abs_difference("graph", other, reference, tolerance=0.5) == 0.5
    with pytest.raises(
        InputError, match=r"graph: embeddings differ .* up to 0.5, more than freeze.tolerance 0.49"
    ):
        max_abs_difference("graph", other, reference, tolerance=0.49)


@pytest.mark.parametrize(
    "other",
    [
        np.full((2, 2), np.nan, np.float32),
        np.zeros((2, 2), np.float64),
        np.zeros((2, 3), np.float32),
        np.zeros((1, 2), np.float32),
    ],
)
def test_what_cannot_be_compared_is_never_equal(other: npt.NDArray[np.float32]) -> None:
    from components.freeze.parity import max_abs_difference

    with pytest.raises(InputError, match=r"nothing was written"):
        max_abs_difference("graph", other, np.zeros((2, 2), np.float32), tolerance=0.01)
