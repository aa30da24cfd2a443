"""The normalisation of a grey page in loops over Python's integers: the oracle of its tests."""

from fractions import Fraction

import numpy as np
import numpy.typing as npt

from components.shared.data import normalise_graph as subject
from components.shared.data.normalisation import Normalisation

U8 = npt.NDArray[np.uint8]


class Blank(Exception):
    """A page without ink."""


def slow_normalise(page: U8, spec: Normalisation) -> U8:
    """Normalises a grey page, uint8 [h, w], to [H, W].

    Raises:
        Blank: all is paper.
    """
    if spec.mode == "none":
        return _slow_place(page, spec, 0)
    smoothed = slow_smoothed(page)
    threshold = _slow_otsu(smoothed)
    dark = smoothed <= threshold
    if (
        float(smoothed[~dark].sum() / (~dark).sum() - smoothed[dark].sum() / dark.sum())
        < subject.MIN_CONTRAST
    ):
        raise Blank
    rows, columns = _slow_extent(dark.sum(1)), _slow_extent(dark.sum(0))
    lowest = int(smoothed.min())
    tone = ((smoothed - lowest) * 255 * 2 + (threshold + 1 - lowest)) // (
        2 * (threshold + 1 - lowest)
    )
    levels = np.where(dark, 0 if spec.mode == "shape" else tone, 255)
    return _slow_place(
        levels[rows, columns], spec, max(1, min(spec.height, spec.width) // subject.MARGIN)
    )


def slow_smoothed(page: U8) -> npt.NDArray[np.int64]:
    """Returns a page's levels, each the rounded binomial mean of those around it."""
    kernel, height, width = (1, 4, 6, 4, 1), *page.shape
    around = np.pad(page, 2, mode="edge").astype(np.int64)
    smoothed = np.zeros_like(page, np.int64)
    for dy, a in enumerate(kernel):
        for dx, b in enumerate(kernel):
            smoothed += a * b * around[dy : dy + height, dx : dx + width]
    return (smoothed + 128) // 256


def _slow_otsu(levels: npt.NDArray[np.int64]) -> int:
    """Finds the first level with the largest between-class variance, in exact fractions."""
    best, threshold = Fraction(0), -1
    for level in range(256):
        dark, light = levels[levels <= level], levels[levels > level]
        if len(dark) and len(light):
            distance = Fraction(int(dark.sum()), len(dark)) - Fraction(int(light.sum()), len(light))
            if distance**2 * len(dark) * len(light) > best:
                best, threshold = distance**2 * len(dark) * len(light), level
    if threshold < 0:
        raise Blank
    return threshold


def _slow_extent(counts: npt.NDArray[np.int64]) -> slice:
    stray = int(counts.sum()) // subject.STRAY
    first, last = 0, len(counts)
    while counts[: first + 1].sum() <= stray:
        first += 1
    while counts[last - 1 :].sum() <= stray:
        last -= 1
    return slice(first, last)


def _slow_place(levels: npt.NDArray[np.integer], spec: Normalisation, margin: int) -> U8:
    height, width = levels.shape
    room_h, room_w = spec.height - 2 * margin, spec.width - 2 * margin
    if height * room_w <= width * room_h:
        new_h, new_w = max(1, (2 * height * room_w + width) // (2 * width)), room_w
    else:
        new_h, new_w = room_h, max(1, (2 * width * room_h + height) // (2 * height))
    canvas = np.full((spec.height, spec.width), 255, np.uint8)
    top, left = (spec.height - new_h) // 2, (spec.width - new_w) // 2
    # Each pixel repeated until the new ones are whole blocks of them.
    fine = np.repeat(np.repeat(levels.astype(np.int64), new_h, axis=0), new_w, axis=1)
    sums = fine.reshape(new_h, height, new_w, width).sum(axis=(1, 3))
    canvas[top : top + new_h, left : left + new_w] = (2 * sums + height * width) // (
        2 * height * width
    )
    return canvas
