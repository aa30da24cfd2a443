"""Resizing by the mean over areas, in NumPy's integers; `area_resize` is its twin."""

import numpy as np
import numpy.typing as npt

from components.shared.data.normalisation_rules import PAPER

Integers = npt.NDArray[np.integer]


def area_mean(pixels: Integers, new_h: int, new_w: int, unit: int) -> npt.NDArray[np.uint8]:
    """Resizes by the mean over areas, rounded half up.

    Args:
        pixels: integers from 0 to 255 // unit, in multiples of `unit`, [h, w, c].
        new_h: the new height.
        new_w: the new width.
        unit: 1, or PAPER where the pixels are 0 and 1.

    Returns:
        uint8 [new_h, new_w, c].
    """
    height, width, channels = pixels.shape
    largest = PAPER // unit
    by_row = _sum_rows(pixels.reshape(height, width * channels), new_h, largest)
    sums = _sum_columns(by_row.reshape(new_h, width, channels), new_w)
    area = height * width
    sums *= unit
    sums += area // 2
    sums //= area
    return sums.astype(np.uint8)


def _sum_rows(pixels: Integers, new: int, largest: int) -> npt.NDArray[np.int32]:
    """Sums the rows [h, n] under each of the new ones, in parts of a row, 1 / new: [new, n].

    A sum stays below 255 · MAX_SIDE.
    """
    old = len(pixels)
    first, part = _boundaries(old, new)
    whole = np.zeros((new, pixels.shape[1]), np.int32)
    rows = -(-old // new) + 1
    narrow = pixels.astype(np.uint16 if rows * largest < 2**16 else np.int32, copy=False)
    for place in range(new):
        if first[place] < first[place + 1]:
            block = narrow[first[place] : first[place + 1]]
            whole[place] = np.add.reduce(block, axis=0, dtype=narrow.dtype)
    split = pixels[np.minimum(first, old - 1)] * part[:, np.newaxis].astype(np.int32)
    whole *= new
    whole += split[1:]
    whole -= split[:-1]
    return whole


def _sum_columns(sums: npt.NDArray[np.int32], new: int) -> npt.NDArray[np.int64]:
    """Sums the columns [h, w, c] likewise: [h, new, c]."""
    height, old, channels = sums.shape
    first, part = _boundaries(old, new)
    before = np.zeros((height, old + 1, channels), np.int64)
    np.cumsum(sums, axis=1, out=before[:, 1:])
    until = before[:, first] * new
    until += sums[:, np.minimum(first, old - 1)] * part[:, np.newaxis]
    result: npt.NDArray[np.int64] = until[:, 1:] - until[:, :-1]
    return result


def _boundaries(old: int, new: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Returns the old pixel in which each new one begins, and the part of it before, in 1 / new.

    From 3 pixels to 2: 0, 1, 3 and 0, 1, 0; the last is the end.
    """
    first, part = np.divmod(np.arange(new + 1, dtype=np.int64) * old, new)
    return first, part
