"""Views of an image that one network embeds, each for its share of the embedding: second opinions.

A part of a signature is cut out and enlarged as far as its ink leaves room: what is small in the
whole is seen there at a higher resolution, and its place on the canvas says nothing.
"""

from typing import Any

import keras
import numpy as np
from keras import ops

from components.shared.model.architecture import View

PARTS: dict[View, tuple[float, float]] = {
    "left": (0.0, 0.55),
    "right": (0.45, 1.0),
    "start": (0.0, 0.38),
    "middle": (0.31, 0.69),
    "end": (0.62, 1.0),
}
"""Fractions of the width between which each part lies: halves and thirds.

They overlap, so that a letter between two is whole in one of them.
"""
ENLARGED = 1.8
"""Largest enlargement of a part: a short stroke does not become a beam."""
MARGIN = 32
"""Ratio of the shorter side to the free margin about an enlarged part."""
INK = 128
"""Grey level below which a pixel counts as ink."""


def apply_view(images: Any, view: View) -> Any:
    """Computes one view of images.

    The levels of a part are not rounded: two machines that sum in another order would round some to
    other levels.

    Args:
        images: uint8 [B, H, W, C], symbolic or not.
        view: view to compute.

    Returns:
        float32 [B, H, W, C], 0 to 255.
    """
    inputs = keras.Input(images.shape[1:], dtype="uint8")
    levels = ops.cast(inputs, "float32")
    if view == "mirror":
        levels = ops.flip(levels, axis=2)
    elif view in PARTS:
        levels = _enlarge_part(levels, *PARTS[view])
    return keras.Model(inputs, levels, name=f"view_{view}")(images)


def _enlarge_part(images: Any, start: float, end: float) -> Any:
    """Cuts out the part between two fractions of the width and enlarges it about its ink's middle.

    A part without ink stays blank. Bilinear: each side is resampled by a matrix of its own for
    every image, [B, H, H] and [B, W, W].
    """
    height, width = images.shape[1:3]
    margin = max(1, min(height, width) // MARGIN)
    inside = np.zeros(width, np.float32)
    inside[round(start * width) : round(end * width)] = 1
    levels = (255 - ops.squeeze(images, axis=3)) * inside
    ink = ops.cast(levels > 255 - INK, "float32")
    top, bottom = _extent(ops.max(ink, axis=2))
    left, right = _extent(ops.max(ink, axis=1))
    room = ops.minimum(
        (height - 2 * margin) / (bottom - top), (width - 2 * margin) / (right - left)
    )
    scale = ops.clip(room, 1.0, ENLARGED)
    rows, columns = _resampling(height, top, bottom, scale), _resampling(width, left, right, scale)
    enlarged = ops.matmul(ops.matmul(rows, levels), ops.transpose(columns, (0, 2, 1)))
    return 255 - ops.expand_dims(enlarged, 3)


def _extent(ink: Any) -> tuple[Any, Any]:
    """Returns the first place with ink and the one after the last, float32 [B] each.

    Of [0, 0, 1, 0, 1, 0] they are 2 and 5; where there is no ink, 0 and n.

    Args:
        ink: float32 [B, n], 0 or 1.
    """
    size = ink.shape[1]
    places = np.arange(size, dtype=np.float32)
    return size - _largest(ink * (size - places), size), _largest(ink * (places + 1), size)


def _largest(values: Any, instead: int) -> Any:
    """Returns the largest value of each row, or `instead` where all are 0.

    Keras's `argmax` would be shorter, but on TensorFlow it is made of operations of bits, which
    neither ONNX nor LiteRT know.
    """
    largest = ops.max(values, axis=1)
    return ops.where(largest > 0, largest, float(instead))


def _resampling(size: int, first: Any, beyond: Any, scale: Any) -> Any:
    """Returns the weight of each old place in each new one, [B, new, old].

    The places from `first` to `beyond` come to the middle, enlarged. Of 5 places, the one that
    begins at 1 and ends at 2, enlarged twice, gives rows 0 to 4 the old places 0, 0.5, 1, 1.5
    and 2: row 1 is half of place 0 and half of place 1.

    Args:
        size: number of places, old and new.
        first: float32 [B].
        beyond: float32 [B].
        scale: float32 [B], the enlargement.
    """
    new = np.arange(size, dtype=np.float32) + 0.5 - size / 2
    centre = ops.expand_dims((first + beyond - 1) / 2, 1)
    places = ops.expand_dims(centre + ops.matmul(ops.expand_dims(1 / scale, 1), new[np.newaxis]), 2)
    return ops.relu(1 - ops.abs(places - np.arange(size, dtype=np.float32)))
