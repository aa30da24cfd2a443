"""The normalisation of a grey page in loops over Python's integers: the oracle of its tests."""

import math
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from components.shared.data import normalisation_rules as subject
from components.shared.data.normalisation import Normalisation

U8 = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


class NoWriting(Exception):
    """A page without ink, or with ink that cannot be writing."""


def slow_normalise(page: U8, spec: Normalisation) -> U8:
    """Normalises a grey page, uint8 [h, w], to [H, W].

    Raises:
        NoWriting: all is paper, or the ink cannot be writing.
    """
    if spec.mode == "none":
        return _slow_place(page, spec, 0)
    smoothed, threshold = _slow_writing(page)
    dark = smoothed <= threshold
    rows, columns = _slow_extent(dark.sum(1)), _slow_extent(dark.sum(0))
    lowest = int(smoothed.min())
    tone = ((smoothed - lowest) * 255 * 2 + (threshold + 1 - lowest)) // (
        2 * (threshold + 1 - lowest)
    )
    levels = np.where(dark, 0 if spec.mode == "shape" else tone, 255)
    return _slow_place(
        levels[rows, columns], spec, max(1, min(spec.height, spec.width) // subject.MARGIN)
    )


def _slow_writing(page: U8) -> tuple[npt.NDArray[np.int64], int]:
    """Inverts, opens frames and boxes, and rejects; returns smoothed levels and threshold."""
    smoothed = slow_smoothed(page)
    threshold = _slow_threshold(smoothed)
    light = smoothed > threshold
    if _edge(~light) > Fraction(subject.DARK_EDGE, 100):
        extent = np.ix_(*(np.r_[_slow_extent(light.sum(axis))] for axis in (1, 0)))
        if Fraction(int(light.sum()), light[extent].size) <= Fraction(subject.SHEET, 100):
            smoothed = slow_smoothed(255 - page)
        elif _edge(~light) > Fraction(subject.FRAMED_EDGE, 100):
            smoothed = _slow_inside(smoothed, light, subject.FRAME_INSET)
        threshold = _slow_threshold(smoothed)
    dark = smoothed <= threshold
    if _slow_is_box(dark):
        smoothed = _slow_inside(smoothed, dark, subject.BOX_INSET)
        threshold = _slow_threshold(smoothed)
        dark = smoothed <= threshold
    if (
        Fraction(int(dark.sum()), dark.size) > Fraction(subject.MOST_INK, 100)
        or _edge(dark) > Fraction(subject.MOST_EDGE, 100)
        or (_edge(dark) > Fraction(subject.CLEAR_EDGE, 100) and _slow_has_solid_cell(dark))
    ):
        raise NoWriting
    return smoothed, threshold


def _edge(dark: Mask) -> Fraction:
    """Returns the dark share of the four sides."""
    sides = np.concatenate([dark[0], dark[-1], dark[:, 0], dark[:, -1]])
    return Fraction(int(sides.sum()), sides.size)


def _slow_inside(levels: npt.NDArray[np.int64], part: Mask, inset: int) -> npt.NDArray[np.int64]:
    rows, columns = _slow_extent(part.sum(1)), _slow_extent(part.sum(0))
    deep = math.ceil(Fraction(rows.stop - rows.start, inset))
    wide = math.ceil(Fraction(columns.stop - columns.start, inset))
    return levels[rows.start + deep : rows.stop - deep, columns.start + wide : columns.stop - wide]


def _slow_is_box(dark: Mask) -> bool:
    rows, columns = _slow_extent(dark.sum(1)), _slow_extent(dark.sum(0))
    for across, along in ((dark.sum(1)[rows], columns), (dark.sum(0)[columns], rows)):
        band = math.ceil(Fraction(len(across), subject.BOX_INSET))
        length = along.stop - along.start
        if 100 * min(across[:band].max(), across[-band:].max()) <= subject.BOX_LINE * length:
            return False
    return 100 * int(dark.sum()) <= subject.SHEET * dark[rows, columns].size


def _slow_has_solid_cell(dark: Mask) -> bool:
    height, width = dark.shape
    n = subject.CELLS
    fine = np.repeat(np.repeat(dark, n, axis=0), n, axis=1)
    cells = fine.reshape(n, height, n, width).sum(axis=(1, 3))
    edge = max(cells[0].max(), cells[-1].max(), cells[:, 0].max(), cells[:, -1].max())
    level = (2 * 255 * int(edge) + height * width) // (2 * height * width)
    return bool(100 * level > subject.MOST_CELL * 255)


def slow_smoothed(page: U8) -> npt.NDArray[np.int64]:
    """Returns a page's levels, each the rounded binomial mean of those around it."""
    kernel, height, width = (1, 4, 6, 4, 1), *page.shape
    around = np.pad(page, 2, mode="edge").astype(np.int64)
    smoothed = np.zeros_like(page, np.int64)
    for dy, a in enumerate(kernel):
        for dx, b in enumerate(kernel):
            smoothed += a * b * around[dy : dy + height, dx : dx + width]
    return (smoothed + 128) // 256


def _slow_threshold(levels: npt.NDArray[np.int64]) -> int:
    threshold = _slow_otsu(levels)
    dark, light = levels[levels <= threshold], levels[levels > threshold]
    if float(light.mean() - dark.mean()) < subject.MIN_CONTRAST:
        raise NoWriting
    return threshold


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
        raise NoWriting
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
