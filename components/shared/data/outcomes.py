"""The outcomes of a normalisation: an image, or the reason why it cannot be used."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class Rejected(Exception):  # noqa: N818 - an outcome that is expected, not a failure
    """An image that cannot be used; the message is the reason, for the user."""


class Normalised(NamedTuple):
    """A normalised image.

    Attributes:
        pixels: uint8 [H, W, C].
        median_grey: the median grey level of its source.
        inverted: whether its source was light on dark.
        source_hash: perceptual hash of its source, 8 bits a byte; empty where none was asked for.
    """

    pixels: npt.NDArray[np.uint8]
    median_grey: int
    inverted: bool = False
    source_hash: bytes = b""
