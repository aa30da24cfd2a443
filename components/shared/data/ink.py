"""The writing on a grey page, in NumPy; `ink_graph` is its twin and says what the rules are for."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from components.shared.data import normalisation_rules as rules
from components.shared.data.area_mean import area_mean
from components.shared.data.normalisation_rules import PAPER
from components.shared.data.outcomes import Rejected

Grey = npt.NDArray[np.uint8]
Counts = npt.NDArray[np.int64]


class Extent(NamedTuple):
    """The first row and the one after the last, and columns likewise."""

    top: int
    bottom: int
    left: int
    right: int

    @property
    def height(self) -> int:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """Number of columns."""
        return self.right - self.left


class Page(NamedTuple):
    """A grey page and its ink.

    Attributes:
        sums: the smoothed levels, times 256, uint16 [h, w].
        smoothed: the smoothed levels, uint8 [h, w].
        histogram: of the smoothed levels, int64 [256].
        threshold: the lightest level of ink.
        ink: 1 where there is ink, else 0, uint8 [h, w].
        rows: ink of each row, int64 [h].
        columns: ink of each column, int64 [w].
    """

    sums: npt.NDArray[np.uint16]
    smoothed: Grey
    histogram: Counts
    threshold: int
    ink: Grey
    rows: Counts
    columns: Counts

    @property
    def extent(self) -> Extent:
        """The extent of the ink but for a stray part beyond each side."""
        return Extent(*_range(self.rows), *_range(self.columns))


class Writing(NamedTuple):
    """The writing of an image.

    Attributes:
        levels: of its extent, in multiples of the mode's unit, uint8 [h', w', 1].
        inverted: whether the image was light on dark.
        source_histogram: of the smoothed image as it came, int64 [256].
        page: the whole page, light, without its frame or box.
    """

    levels: Grey
    inverted: bool
    source_histogram: Counts
    page: Page


def find_writing(grey: Grey, mode: str) -> Writing:
    """Finds the writing of an image.

    Args:
        grey: uint8 [h, w].
        mode: `shape` or `tone`.

    Raises:
        Rejected: there is none, or the ink cannot be writing.
    """
    source = _read(_smooth(grey), rules.BLANK)
    page, inverted = _find_page(source)
    return Writing(_levels(page, page.extent, mode), inverted, source.histogram, page)


def read_writing(grey: Grey) -> Page:
    """Reads the page with the writing: light, without its frame or box; raises likewise."""
    return _find_page(_read(_smooth(grey), rules.BLANK))[0]


def _find_page(page: Page) -> tuple[Page, bool]:
    return (page, False) if _is_plain(page, page.extent) else _examine(page)


def _is_plain(page: Page, extent: Extent) -> bool:
    """Tells whether a page has no frame, box or shadow, as most have none."""
    lid = page.rows[extent.top : extent.top + _inset(extent.height, rules.BOX_INSET)]
    return not (
        _exceeds(int(lid.max()), extent.width, rules.BOX_LINE)
        or _has_darker_edge(page, rules.CLEAR_EDGE)
        or _exceeds(int(page.rows.sum()), page.ink.size, rules.MOST_INK)
    )


def _examine(page: Page) -> tuple[Page, bool]:
    """Finds the writing of a page that may be inverted, framed or boxed, or none at all.

    Returns:
        The page with the writing, and whether it was inverted.
    """
    inverted = False
    if _has_darker_edge(page, rules.DARK_EDGE):
        page, inverted = _lighten(page)
    if _is_box(page):
        page = _read(_crop(page.sums, page.extent, rules.BOX_INSET), rules.EMPTY_BOX)
    _demand_writing(page)
    return page, inverted


def _levels(page: Page, extent: Extent, mode: str) -> Grey:
    """Crops a page to its ink and sets its levels."""
    crop = np.s_[extent.top : extent.bottom, extent.left : extent.right]
    if mode == "shape":
        levels: Grey = 1 - page.ink[crop]
    else:
        levels = _tones(page.histogram, page.threshold)[page.smoothed[crop]]
    return levels[:, :, np.newaxis]


def _tones(histogram: Counts, threshold: int) -> Grey:
    """Computes a new level for each of 256, uint8 [256].

    The darkest level in the image becomes 0, all above the threshold become paper, and those
    between are spread evenly.
    """
    levels = np.arange(256)
    darkest = int(np.argmax(histogram > 0))
    span = threshold + 1 - darkest
    stretched = np.maximum(((levels - darkest) * PAPER + span // 2) // span, 0)
    return np.where(levels <= threshold, stretched, PAPER).astype(np.uint8)


def _read(sums: npt.NDArray[np.uint16], otherwise: str) -> Page:
    """Divides smoothed levels, times 256, into ink and paper.

    Args:
        sums: uint16 [h, w].
        otherwise: the reason of the rejection where all is paper.
    """
    smoothed = ((sums + 128) >> 8).astype(np.uint8)
    histogram = count_levels(smoothed)
    threshold, contrast = otsu(histogram)
    if contrast < rules.MIN_CONTRAST:
        raise Rejected(otherwise)
    ink = (smoothed <= threshold).view(np.uint8)
    # No side is longer than uint16 counts.
    rows = np.bitwise_count(np.packbits(ink, axis=1)).sum(axis=1, dtype=np.int64)
    columns = np.add.reduce(ink.astype(np.uint16), axis=0, dtype=np.uint16).astype(np.int64)
    return Page(sums, smoothed, histogram, threshold, ink, rows, columns)


def _lighten(page: Page) -> tuple[Page, bool]:
    """Inverts a page whose edge is dark, or cuts its frame off.

    Returns:
        The page, and whether it was inverted.
    """
    height, width = page.ink.shape
    light = page._replace(rows=width - page.rows, columns=height - page.columns)
    extent = light.extent
    inverted = not _exceeds(int(light.rows.sum()), extent.height * extent.width, rules.SHEET)
    sums = page.sums
    if inverted:
        sums = np.uint16(PAPER * 256) - sums
    elif _has_darker_edge(page, rules.FRAMED_EDGE):
        sums = _crop(sums, extent, rules.FRAME_INSET)
    return _read(sums, rules.BLANK), inverted


def _is_box(page: Page) -> bool:
    """Tells whether ink draws a line along each of the four sides of its extent."""
    extent = page.extent
    deep = _inset(extent.height, rules.BOX_INSET)
    wide = _inset(extent.width, rules.BOX_INSET)
    rows = page.rows[extent.top : extent.bottom]
    columns = page.columns[extent.left : extent.right]
    sides = [(rows[:deep], extent.width), (rows[-deep:], extent.width)]
    sides += [(columns[:wide], extent.height), (columns[-wide:], extent.height)]
    lines = [_exceeds(int(ink.max()), length, rules.BOX_LINE) for ink, length in sides]
    filled = _exceeds(int(page.rows.sum()), extent.height * extent.width, rules.SHEET)
    return all(lines) and not filled


def _crop(sums: npt.NDArray[np.uint16], extent: Extent, part: int) -> npt.NDArray[np.uint16]:
    """Crops [h, w] to an extent, less a part of each side."""
    deep = _inset(extent.height, part)
    wide = _inset(extent.width, part)
    return sums[extent.top + deep : extent.bottom - deep, extent.left + wide : extent.right - wide]


def _inset(length: int, part: int) -> int:
    """Returns a part of a length, rounded up."""
    return (length + part - 1) // part


def _demand_writing(page: Page) -> None:
    """Rejects ink that cannot be writing, by its share of the page and of its edge."""
    if _exceeds(int(page.rows.sum()), page.ink.size, rules.MOST_INK):
        raise Rejected(rules.NO_WRITING)
    if _has_darker_edge(page, rules.MOST_EDGE):
        raise Rejected(rules.SHADOW)
    if _has_darker_edge(page, rules.CLEAR_EDGE):
        cells = area_mean(page.ink[:, :, np.newaxis], rules.CELLS, rules.CELLS, PAPER)[:, :, 0]
        edge = max(int(side.max()) for side in (cells[0], cells[-1], cells[:, 0], cells[:, -1]))
        if _exceeds(edge, PAPER, rules.MOST_CELL):
            raise Rejected(rules.SHADOW)


def _has_darker_edge(page: Page, percentage: int) -> bool:
    """Tells whether more of the first and last row and column is ink; corners count twice."""
    ink = page.rows[0] + page.rows[-1] + page.columns[0] + page.columns[-1]
    return _exceeds(int(ink), 2 * sum(page.ink.shape), percentage)


def _exceeds(part: int, whole: int, percentage: int) -> bool:
    """Tells whether a part is more than a percentage of a whole."""
    return 100 * part > percentage * whole


def _range(counts: Counts) -> tuple[int, int]:
    """Finds the rows (or columns) that hold the ink but for a stray part beyond either end.

    Returns:
        The first row, and the one after the last.
    """
    until = np.cumsum(counts)
    total = int(until[-1])
    stray = total // rules.STRAY
    first = int(np.searchsorted(until, stray, side="right"))
    last = int(np.searchsorted(until - counts, total - stray, side="left"))
    return first, last


def count_levels(levels: Grey) -> Counts:
    """Counts each of 256 levels in uint8 [h, w]; returns int64 [256]."""
    if not levels.size:
        return np.zeros(256, np.int64)
    return np.array(Image.fromarray(levels).histogram(), np.int64)


def _smooth(grey: Grey) -> npt.NDArray[np.uint16]:
    """Sums uint8 [h, w] with the binomial weights (1, 4, 6, 4, 1) along both axes, edges repeated.

    Returns:
        uint16 [h, w], 256 times the smoothed levels: below 2¹⁶.
    """
    height, width = grey.shape
    sums = np.empty((height + 4, width + 4), np.uint16)
    sums[2:-2, 2:-2] = grey
    sums[:2, 2:-2], sums[-2:, 2:-2] = grey[0], grey[-1]
    sums[:, :2], sums[:, -2:] = sums[:, 2:3], sums[:, -3:-2]
    # Four sums of neighbours have the weights 1, 4, 6, 4, 1.
    for _ in range(4):
        sums = sums[1:] + sums[:-1]
    for _ in range(4):
        sums = sums[:, 1:] + sums[:, :-1]
    return sums


def otsu(histogram: Counts) -> tuple[int, float]:
    """Computes Otsu's threshold between dark and light, as `ink_graph.otsu` does.

    Args:
        histogram: int64 [256], pixels at each level.

    Returns:
        The threshold, and the distance of the two classes' means, 0 where there is one class only.
    """
    dark, dark_sum = np.cumsum(histogram), np.cumsum(histogram * np.arange(256))
    total, total_sum = dark[-1], dark_sum[-1]
    excess = (total_sum * dark - dark_sum * total).astype(np.float64)
    weight = dark.astype(np.float64) * (total - dark).astype(np.float64)
    distance = np.divide(excess, weight, out=np.zeros(256), where=weight != 0)
    threshold = int(np.argmax(excess * distance))
    return threshold, float(distance[threshold])
