"""Views of an image that one network embeds, each for its share of the embedding: second opinions.

A part of a signature is cut out and enlarged as far as its ink leaves room: what is small in the
whole is seen there at a higher resolution, and its place on the canvas says nothing.
"""

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
from keras import ops

from components.shared.runtime.errors import InputError
from components.train.params import View

PARTS: dict[View, tuple[float, float]] = {
    "left": (0.0, 0.55),
    "right": (0.45, 1.0),
    "start": (0.0, 0.38),
    "middle": (0.31, 0.69),
    "end": (0.62, 1.0),
}
"""Halves and thirds of the width. They overlap, so that a letter between two is whole in one of them."""
ENLARGED = 1.8
"""At most: a short stroke does not become a beam."""
MARGIN = 32
"""One part in so many of the shorter side remains free about an enlarged part."""
INK = 128
"""Grey levels below it count where the ink of a part ends."""


def demand_fitting(views: Sequence[View], channels: int) -> None:
    """Says which views have no meaning for images of so many channels.

    Raises:
        InputError: a part of images in RGB.
    """
    parts = [view for view in views if view in PARTS]
    if parts and channels != 1:
        raise InputError(
            f"train.views has '{parts[0]}', which is cut out by its ink; the prepared images are RGB: leave it out"
        )


def seen(images: Any, view: View) -> Any:
    """One view of images, uint8 [B, H, W, C], as float32 of the same shape, 0 to 255.

    The levels of a part are not rounded: two machines that sum in another order would round some to
    other levels.
    """
    inputs = keras.Input(images.shape[1:], dtype="uint8")
    levels = ops.cast(inputs, "float32")
    if view == "mirror":
        levels = ops.flip(levels, axis=2)
    elif view in PARTS:
        levels = _part(levels, *PARTS[view])
    return keras.Model(inputs, levels, name=f"view_{view}")(images)


def _part(images: Any, start: float, end: float) -> Any:
    """What lies between two fractions of the width, enlarged about the middle of its ink, if it has
    any.

    Bilinear: each side is resampled by a matrix of its own for every image, [B, H, H] and [B, W,
    W].
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


def _extent(marked: Any) -> tuple[Any, Any]:
    """The first marked place and the one after the last, float32 [B], of [B, n]; 0 and n where
    there is none.
    """
    first = ops.argmax(marked, axis=1)
    beyond = marked.shape[1] - ops.argmax(ops.flip(marked, axis=1), axis=1)
    return ops.cast(first, "float32"), ops.cast(beyond, "float32")


def _resampling(size: int, first: Any, beyond: Any, scale: Any) -> Any:
    """Each old place's weight in each new one, [B, size, size]: what is from first to beyond comes
    to the middle.
    """
    new = np.arange(size, dtype=np.float32) + 0.5 - size / 2
    centre = ops.expand_dims((first + beyond - 1) / 2, 1)
    places = ops.expand_dims(centre + ops.matmul(ops.expand_dims(1 / scale, 1), new[np.newaxis]), 2)
    return ops.relu(1 - ops.abs(places - np.arange(size, dtype=np.float32)))
