"""Outcomes of a normalisation."""

import numpy as np

from components.shared.data.outcomes import Normalised, Rejected


def test_a_reason_is_the_message() -> None:
    assert str(Rejected("blank image")) == "blank image"


def test_an_image_is_as_it_came_unless_told_otherwise() -> None:
    assert not Normalised(np.zeros((2, 2, 1), np.uint8), 200).inverted
