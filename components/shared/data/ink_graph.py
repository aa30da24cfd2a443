"""The writing on a grey page, in TensorFlow ops: which pixels are ink, on images as they come.

Ink is dark. Where most of an image's edge is dark, its light part decides: writing on black fills
little of its extent, and the image is inverted; a sheet in a dark frame fills most of it, and the
frame is cut off. So is a printed box around the writing. An image on which the ink still cannot be
writing is rejected. All decisions are on integers, the same on every CPU.
"""

from typing import NamedTuple

import tensorflow as tf

from components.shared.data.area_resize import resize_area
from components.shared.data.normalisation_rules import (
    BLANK,
    BOX_INSET,
    BOX_LINE,
    CELLS,
    CLEAR_EDGE,
    DARK_EDGE,
    EMPTY_BOX,
    FRAME_INSET,
    FRAMED_EDGE,
    MIN_CONTRAST,
    MOST_CELL,
    MOST_EDGE,
    MOST_INK,
    NO_WRITING,
    PAPER,
    SHADOW,
    SHEET,
    STRAY,
)

CACHE_LINE = 16
"""Length of a cache line, 64 bytes, in float32 numbers."""


class Page(NamedTuple):
    """A grey page and its ink.

    Attributes:
        sums: the smoothed levels, times 256, float32 [h, w].
        smoothed: the smoothed levels, int32 [h, w].
        histogram: of the smoothed levels, int32 [256].
        threshold: the lightest level of ink, int32.
        ink: 1 where there is ink, else 0, float32 [h, w].
        rows: ink of each row, int32 [h].
        columns: ink of each column, int32 [w].
    """

    sums: tf.Tensor
    smoothed: tf.Tensor
    histogram: tf.Tensor
    threshold: tf.Tensor
    ink: tf.Tensor
    rows: tf.Tensor
    columns: tf.Tensor


class Extent(NamedTuple):
    """The first row and the one after the last, and columns likewise, int32."""

    top: tf.Tensor
    bottom: tf.Tensor
    left: tf.Tensor
    right: tf.Tensor

    @property
    def height(self) -> tf.Tensor:
        """Number of rows."""
        return self.bottom - self.top

    @property
    def width(self) -> tf.Tensor:
        """Number of columns."""
        return self.right - self.left


class Writing(NamedTuple):
    """The writing of an image.

    Attributes:
        levels: of its extent, in multiples of the mode's unit, float32 [h', w', 1].
        inverted: whether the image was light on dark, bool.
        source_histogram: of the smoothed image as it came, int32 [256].
    """

    levels: tf.Tensor
    inverted: tf.Tensor
    source_histogram: tf.Tensor


def find_writing(grey: tf.Tensor, mode: str) -> Writing:
    """Finds the writing of an image.

    Args:
        grey: uint8 [h, w].
        mode: `shape` or `tone`.

    Raises:
        tf.errors.InvalidArgumentError: there is none, or the ink cannot be writing.
    """
    page = _read(_smooth(grey), BLANK)
    extent = _extent(page)
    # As a call of its own: TensorFlow visits each operation of the branch that it does not take.
    examine = tf.function(
        lambda grey: _examine(grey, mode),
        input_signature=[tf.TensorSpec([None, None], tf.uint8)],
        autograph=False,
        experimental_attributes={"_noinline": True},
    )
    levels, inverted = tf.cond(
        _is_plain(page, extent),
        lambda: (_levels(page, extent, mode), tf.constant(False)),
        lambda: examine(grey),
    )
    return Writing(levels, inverted, page.histogram)


def _is_plain(page: Page, extent: Extent) -> tf.Tensor:
    """Tells in few operations whether a page has no frame, box or shadow, as most have none."""
    lid = page.rows[extent.top : extent.top + _inset(extent.height, BOX_INSET)]
    ink = tf.stack([tf.reduce_max(lid), _edge_ink(page), tf.reduce_sum(page.rows)])
    pixels = tf.stack([extent.width, _edge_length(page), tf.size(page.ink)])
    return ~tf.reduce_any(_exceeds(ink, pixels, [BOX_LINE, CLEAR_EDGE, MOST_INK]))


def _examine(grey: tf.Tensor, mode: str) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the writing of an image that may be inverted, framed or boxed, or none at all.

    Returns:
        The levels, and whether it was inverted, as in `Writing`.
    """
    page = _read(_smooth(grey), BLANK)
    page, inverted = tf.cond(
        _has_darker_edge(page, DARK_EDGE),
        lambda: _lighten(page),
        lambda: (page, tf.constant(False)),
    )
    page = tf.cond(_is_box(page), lambda: _open_box(page), lambda: page)
    with tf.control_dependencies(_demand_writing(page)):
        return tf.identity(_levels(page, _extent(page), mode)), inverted


def _levels(page: Page, extent: Extent, mode: str) -> tf.Tensor:
    """Crops a page to its ink and sets its levels."""
    top, bottom, left, right = extent
    if mode == "shape":
        levels = 1 - page.ink[top:bottom, left:right]
    else:
        tones = _tones(page.histogram, page.threshold)
        levels = tf.gather(tones, page.smoothed[top:bottom, left:right])
    return levels[:, :, tf.newaxis]


def _tones(histogram: tf.Tensor, threshold: tf.Tensor) -> tf.Tensor:
    """Computes a new level for each of 256, float32 [256].

    The darkest level in the image becomes 0, all above the threshold become paper, and those
    between are spread evenly.
    """
    levels = tf.range(256, dtype=tf.int32)
    darkest = tf.argmax(tf.cast(histogram > 0, tf.int32), output_type=tf.int32)
    span = threshold + 1 - darkest
    stretched = ((levels - darkest) * PAPER + span // 2) // span
    return tf.cast(tf.where(levels <= threshold, tf.maximum(stretched, 0), PAPER), tf.float32)


def _read(sums: tf.Tensor, otherwise: str) -> Page:
    """Divides smoothed levels, times 256, into ink and paper.

    Args:
        sums: float32 [h, w].
        otherwise: the reason of the rejection where all is paper.
    """
    smoothed = tf.cast((sums + 128) / 256, tf.int32)
    histogram = count_levels(smoothed)
    threshold, contrast = otsu(histogram)
    with tf.control_dependencies([demand(contrast >= MIN_CONTRAST, otherwise)]):
        threshold = tf.identity(threshold)
    # 1 where smoothed <= threshold, else 0: on numbers that are there already, for casting booleans
    # is slow.
    ink = tf.clip_by_value(tf.cast(256 * threshold + 128, tf.float32) - sums, 0, 1)
    rows = tf.cast(tf.reduce_sum(ink, axis=1), tf.int32)
    columns = tf.cast(tf.reduce_sum(ink, axis=0), tf.int32)
    return Page(sums, smoothed, histogram, threshold, ink, rows, columns)


def _lighten(page: Page) -> tuple[Page, tf.Tensor]:
    """Inverts a page whose edge is dark, or cuts its frame off.

    Returns:
        The page, and whether it was inverted.
    """
    height, width = tf.unstack(tf.shape(page.ink))
    light = page._replace(rows=width - page.rows, columns=height - page.columns)
    extent = _extent(light)
    inverted = ~_exceeds(tf.reduce_sum(light.rows), extent.height * extent.width, SHEET)
    sums = tf.cond(
        inverted,
        lambda: PAPER * 256 - page.sums,
        lambda: tf.cond(
            _has_darker_edge(page, FRAMED_EDGE),
            lambda: _crop(page.sums, extent, FRAME_INSET),
            lambda: page.sums,
        ),
    )
    return _read(sums, BLANK), inverted


def _is_box(page: Page) -> tf.Tensor:
    """Tells whether ink draws a line along each of the four sides of its extent."""
    extent = _extent(page)
    deep, wide = _inset(extent.height, BOX_INSET), _inset(extent.width, BOX_INSET)
    rows = page.rows[extent.top : extent.bottom]
    columns = page.columns[extent.left : extent.right]
    sides = [(rows[:deep], extent.width), (rows[-deep:], extent.width)]
    sides += [(columns[:wide], extent.height), (columns[-wide:], extent.height)]
    lines = [_exceeds(tf.reduce_max(ink), length, BOX_LINE) for ink, length in sides]
    filled = _exceeds(tf.reduce_sum(page.rows), extent.height * extent.width, SHEET)
    return tf.reduce_all(lines) & ~filled


def _open_box(page: Page) -> Page:
    """Takes the inside of a box for the page."""
    return _read(_crop(page.sums, _extent(page), BOX_INSET), EMPTY_BOX)


def _crop(sums: tf.Tensor, extent: Extent, part: int) -> tf.Tensor:
    """Crops [h, w] to an extent, less a part of each side."""
    deep = _inset(extent.height, part)
    wide = _inset(extent.width, part)
    return sums[extent.top + deep : extent.bottom - deep, extent.left + wide : extent.right - wide]


def _inset(length: tf.Tensor, part: int) -> tf.Tensor:
    """Returns a part of a length, rounded up."""
    return (length + part - 1) // part


def _demand_writing(page: Page) -> list[tf.Operation]:
    """Demands that the ink can be writing, by its share of the page and of its edge."""
    cells = resize_area(page.ink[:, :, tf.newaxis], CELLS, CELLS, PAPER)[:, :, 0]
    edge = tf.concat([cells[0], cells[-1], cells[:, 0], cells[:, -1]], axis=0)
    solid = _exceeds(tf.reduce_max(edge), PAPER, MOST_CELL) & _has_darker_edge(page, CLEAR_EDGE)
    much = _exceeds(tf.reduce_sum(page.rows), tf.size(page.ink), MOST_INK)
    first = demand(~much, NO_WRITING)
    with tf.control_dependencies([first]):  # of two reasons always the same one is told
        return [first, demand(~(solid | _has_darker_edge(page, MOST_EDGE)), SHADOW)]


def _has_darker_edge(page: Page, percentage: int) -> tf.Tensor:
    return _exceeds(_edge_ink(page), _edge_length(page), percentage)


def _edge_ink(page: Page) -> tf.Tensor:
    """Counts ink in the first and last row and column, in the corners twice, int32."""
    return page.rows[0] + page.rows[-1] + page.columns[0] + page.columns[-1]


def _edge_length(page: Page) -> tf.Tensor:
    """Counts pixels there likewise, int32."""
    return 2 * tf.reduce_sum(tf.shape(page.ink))


def _exceeds(part: tf.Tensor, whole: tf.Tensor | int, percentage: int | list[int]) -> tf.Tensor:
    """Tells whether a part is more than a percentage of a whole, exact up to MAX_PIXELS."""
    limit = tf.constant(percentage, tf.int64) * tf.cast(whole, tf.int64)
    return 100 * tf.cast(part, tf.int64) > limit


def _extent(page: Page) -> Extent:
    """Finds the extent of the ink but for a stray part beyond each side."""
    return Extent(*_range(page.rows), *_range(page.columns))


def _range(counts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the rows (or columns) that hold the ink but for a stray part beyond either end.

    With STRAY = 4, the counts 1, 0, 4, 3, 0 allow 8 // 4 = 2 stray pixels at either end: rows 2 and
    3 hold the ink, the range 2, 4.

    Args:
        counts: ink of each row, int32 [n].

    Returns:
        The first row, and the one after the last, int32.
    """
    until = tf.cumsum(counts)
    stray = until[-1] // STRAY
    first = tf.reduce_sum(tf.cast(until <= stray, tf.int32))
    last = tf.reduce_sum(tf.cast(until - counts < until[-1] - stray, tf.int32))
    return first, last


def count_levels(levels: tf.Tensor) -> tf.Tensor:
    """Counts each of 256 levels in int32 […]; returns int32 [256]."""
    return tf.raw_ops.DenseBincount(
        input=tf.reshape(levels, [-1]), size=256, weights=tf.constant([], tf.int32)
    )


def _smooth(grey: tf.Tensor) -> tf.Tensor:
    """Sums uint8 [h, w] with the binomial weights (1, 4, 6, 4, 1) along both axes, edges repeated.

    Returns:
        float32 [h, w], 256 times the smoothed levels: below 2¹⁶, so exact in float32, which is the
        fastest.
    """
    height, width = tf.shape(grey)[0], tf.shape(grey)[1]
    grey = tf.concat([grey[:1], grey[:1], grey, grey[-1:], grey[-1:]], axis=0)
    # TensorFlow takes rows apart without copying them where they are whole cache lines.
    fill = tf.zeros([height + 4, -(width + 4) % CACHE_LINE], tf.uint8)
    grey = tf.concat([grey[:, :1], grey[:, :1], grey, grey[:, -1:], grey[:, -1:], fill], axis=1)
    x = tf.cast(grey, tf.float32)
    x = _binomial([x[i : i - 4 or None] for i in range(5)])
    return _binomial([x[:, i : i + width] for i in range(5)])


def _binomial(shifted: list[tf.Tensor]) -> tf.Tensor:
    """Sums five tensors with weights; adding one several times is faster than multiplying it."""
    return tf.add_n(
        [
            tensor
            for tensor, weight in zip(shifted, (1, 4, 6, 4, 1), strict=True)
            for _ in range(weight)
        ]
    )


def otsu(histogram: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Computes Otsu's threshold between dark and light.

    It is the first level that maximises the variance between the classes <= level and > level. Of
    five levels with the counts 2, 0, 0, 1, 1 it is 0: the means 0 and 3.5 lie farthest apart.

    Source: N. Otsu, A threshold selection method from gray-level histograms, IEEE Trans. SMC 9
    (1979), eq. 18.

    Args:
        histogram: int32 [256], pixels at each level.

    Returns:
        The threshold, int32, and the distance of the two classes' means, float64, 0 where there is
        one class only.
    """
    counts = tf.cast(histogram, tf.int64)
    dark, dark_sum = tf.cumsum(counts), tf.cumsum(counts * tf.range(256, dtype=tf.int64))
    total, total_sum = dark[-1], dark_sum[-1]
    # total · (mean of all − mean of the dark) · dark, exact below 2⁶² for MAX_PIXELS.
    excess = tf.cast(total_sum * dark - dark_sum * total, tf.float64)
    weight = tf.cast(dark, tf.float64) * tf.cast(total - dark, tf.float64)
    distance = tf.math.divide_no_nan(excess, weight)
    threshold = tf.argmax(excess * distance, output_type=tf.int32)
    return threshold, distance[threshold]


def demand(condition: tf.Tensor, otherwise: str) -> tf.Operation:
    return tf.debugging.Assert(condition, [otherwise])
