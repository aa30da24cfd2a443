"""The one image normalisation, in TensorFlow ops: preprocess runs it, and so does every exported
graph.

Bytes in, uint8 [H, W, C] out, bit for bit the same on every CPU. All arithmetic is on integers;
where a matrix product in floating point is faster, every product and partial sum is an integer that
the type holds exactly, so that neither the order of summation nor a fused multiply-add can change
it.

Modes:
    shape: ink is black, paper white; the only greys come from resizing. The tones of paper and pen,
        which tell forgeries from genuine signatures in CEDAR, are removed.
    tone: paper is white, the darkest level of the ink black; the levels between keep their order.
    none: the image as it is, padded with white (as transparency is); for photographs.
`shape` and `tone` crop to the ink and leave a thin margin. Every mode keeps the aspect and centres.
"""

import tensorflow as tf

from components.shared.data.normalisation import Normalisation

PAPER = 255
MAX_PIXELS = 100_000_000
MAX_SIDE = 65_535
"""Keeps 255 · side below 2²⁴, which float32 holds exactly."""
MIN_CONTRAST = 16.0
"""Least difference of ink and paper in the mean, in grey levels; below it the image is blank."""
STRAY = 200
"""Share of the ink that may lie beyond each edge of the crop, 1 / STRAY, as specks do."""
MARGIN = 32
"""Share of the margin in the shorter side, 1 / MARGIN."""
EXACT_32 = 2.0**24
"""Integers below this are exact in float32."""
CACHE_LINE = 16
"""Length of a cache line, 64 bytes, in float32 numbers."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_HEADER = 41  # bytes, to the type of the second chunk


def normalise_batch(encoded: tf.Tensor, spec: Normalisation) -> tf.Tensor:
    """Normalises encoded images, string [N], to uint8 [N, H, W, C]; raises as `normalise` does."""
    return tf.map_fn(
        lambda one: normalise(one, spec),
        encoded,
        fn_output_signature=tf.TensorSpec(spec.shape, tf.uint8),
    )


def normalise(encoded: tf.Tensor, spec: Normalisation) -> tf.Tensor:
    """Decodes and normalises one image.

    Args:
        encoded: string scalar: a PNG of any mode or a JPEG.
        spec: mode and size of the result.

    Returns:
        uint8 [H, W, C], paper 255.

    Raises:
        tf.errors.InvalidArgumentError: neither PNG nor JPEG, damaged, too large, or blank.
    """
    with tf.device("/CPU:0"):
        return _fit(decode(encoded, spec.channels), spec)[0]


def with_median_grey(encoded: tf.Tensor, spec: Normalisation) -> tuple[tf.Tensor, tf.Tensor]:
    """Normalises one image, and computes the median grey level of the source.

    In the modes that find ink it is the median of the smoothed image, whose histogram is computed
    anyway: another would cost a fifth of the decoding. On CEDAR's paper the two differ by one level
    at most.

    Returns:
        The image as `normalise` returns it, and the median, int32; of an even number of pixels the
        lower one of the middle two.
    """
    with tf.device("/CPU:0"):
        pixels = decode(encoded, spec.channels)
        fitted, histogram = _fit(pixels, spec)
        if histogram is None:
            grey = pixels if spec.channels == 1 else _grey(_planes(pixels))
            histogram = _histogram(tf.cast(grey, tf.int32))
        until = tf.cumsum(histogram)
        return fitted, tf.reduce_sum(tf.cast(2 * until < until[-1], tf.int32))


def _fit(pixels: tf.Tensor, spec: Normalisation) -> tuple[tf.Tensor, tf.Tensor | None]:
    """Brings uint8 [h, w, c] to uint8 [H, W, c].

    Returns:
        The image, and the histogram of the smoothed greys in the modes that find ink.
    """
    if spec.mode == "none":
        flat = tf.reduce_max(pixels) == tf.reduce_min(pixels)
        with tf.control_dependencies([_demand(~flat, "blank image: one flat colour")]):
            return _place(tf.identity(pixels), spec, margin=0), None
    levels, unit, histogram = _ink(pixels[:, :, 0], spec.mode)
    return _place(
        levels, spec, margin=max(1, min(spec.height, spec.width) // MARGIN), unit=unit
    ), histogram


def decode(encoded: tf.Tensor, channels: int) -> tf.Tensor:
    """Decodes PNG or JPEG bytes as Pillow does: transparency over white, grey as in `convert("L")`.

    16-bit samples keep their upper 8 bits. Returns uint8 [h, w, channels].
    """
    is_png = tf.strings.substr(encoded, 0, len(_PNG)) == _PNG
    is_jpeg = tf.strings.substr(encoded, 0, len(_JPEG)) == _JPEG
    with tf.control_dependencies([_demand(is_png | is_jpeg, "neither a PNG nor a JPEG image")]):
        pixels = tf.cond(is_jpeg, lambda: _jpeg(encoded, channels), lambda: _png(encoded, channels))
    return tf.ensure_shape(pixels, [None, None, channels])


def _jpeg(encoded: tf.Tensor, channels: int) -> tf.Tensor:
    size = tf.cast(tf.image.extract_jpeg_shape(encoded)[:2], tf.int64)
    with tf.control_dependencies([_demand_size(size)]):
        pixels = tf.io.decode_jpeg(encoded, channels=3, dct_method="INTEGER_ACCURATE")
    return pixels if channels == 3 else _grey(_planes(pixels))


def _png(encoded: tf.Tensor, channels: int) -> tf.Tensor:
    """Decodes a PNG in the cheapest way that its colour type and chunks allow.

    Source: PNG specification, 5.6 and 11.2.1.
    """
    header = tf.strings.join([tf.strings.substr(encoded, 0, _HEADER), tf.constant(b"\0" * _HEADER)])
    size = tf.io.decode_raw(tf.strings.substr(header, 16, 8), tf.int32, little_endian=False)
    size = tf.cast(tf.bitcast(size, tf.uint32), tf.int64)
    colour_type = tf.io.decode_raw(tf.strings.substr(header, 25, 1), tf.uint8)[0]
    # Nothing is transparent where pixels follow the header at once. Four such bytes inside
    # compressed data only choose the slower way, which gives the same pixels.
    searched = tf.where(tf.strings.substr(header, 37, 4) == b"IDAT", b"", encoded)
    transparent = (colour_type >= 4) | tf.strings.regex_full_match(searched, r"\C*tRNS\C*")

    def opaque() -> tf.Tensor:
        if channels == 3:
            return tf.io.decode_png(encoded, channels=3)
        return tf.cond(
            colour_type == 0,
            lambda: tf.io.decode_png(encoded, channels=1),
            lambda: _grey(_planes(tf.io.decode_png(encoded, channels=3))),
        )

    def layered() -> tf.Tensor:
        *colours, alpha = _planes(tf.io.decode_png(encoded, channels=4))
        colours = [_over_white(colour, alpha) for colour in colours]
        return tf.cast(tf.stack(colours, axis=2), tf.uint8) if channels == 3 else _grey(colours)

    with tf.control_dependencies([_demand_size(size)]):
        return tf.cond(transparent, layered, opaque)


def _planes(pixels: tf.Tensor) -> list[tf.Tensor]:
    """Splits uint8 [h, w, c] into c planes, int32 [h, w]."""
    return list(tf.unstack(tf.cast(pixels, tf.int32), axis=2))


def _over_white(colour: tf.Tensor, alpha: tf.Tensor) -> tf.Tensor:
    """Composites one plane over white, int32 [h, w], rounded as Pillow's `alpha_composite`."""
    blended = (colour * alpha + PAPER * (255 - alpha) + 128) * 128
    return tf.bitwise.right_shift(tf.bitwise.right_shift(blended, 8) + blended, 15)


def _grey(planes: list[tf.Tensor]) -> tf.Tensor:
    """Computes the ITU-R 601-2 luma of three planes, int32 [h, w], in Pillow's fixed point.

    Returns:
        uint8 [h, w, 1].
    """
    red, green, blue = planes
    luma = red * 19595 + green * 38470 + blue * 7471 + 0x8000
    return tf.cast(tf.bitwise.right_shift(luma, 16), tf.uint8)[:, :, tf.newaxis]


def _ink(grey: tf.Tensor, mode: str) -> tuple[tf.Tensor, int, tf.Tensor]:
    """Finds the ink in uint8 [h, w], crops to it and sets its levels.

    Returns:
        float32 [h', w', 1], the unit it is in, and the histogram of the smoothed levels, int32
        [256].
    """
    sums = _smooth(grey)
    smoothed = tf.cast((sums + 128) / 256, tf.int32)
    histogram = _histogram(smoothed)
    threshold, contrast = otsu(histogram)
    with tf.control_dependencies([_demand(contrast >= MIN_CONTRAST, "blank image: no ink found")]):
        threshold = tf.identity(threshold)
    # 1 where smoothed <= threshold, else 0: on numbers that are there already, for casting booleans
    # is slow.
    ink = tf.clip_by_value(tf.cast(256 * threshold + 128, tf.float32) - sums, 0, 1)
    top, bottom = _extent(tf.reduce_sum(ink, axis=1))
    left, right = _extent(tf.reduce_sum(ink, axis=0))
    if mode == "shape":
        levels, unit = 1 - ink[top:bottom, left:right], PAPER
    else:
        levels, unit = tf.gather(_tones(histogram, threshold), smoothed[top:bottom, left:right]), 1
    return levels[:, :, tf.newaxis], unit, histogram


def _histogram(levels: tf.Tensor) -> tf.Tensor:
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


def _extent(counts: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
    """Finds the rows (or columns) that hold the ink but for a stray part beyond either end.

    With STRAY = 4, the counts 1, 0, 4, 3, 0 allow 8 // 4 = 2 stray pixels at either end: rows 2 and
    3 hold the ink, the range 2, 4.

    Args:
        counts: ink of each row, float32 [n].

    Returns:
        The first row, and the one after the last, int32.
    """
    counts = tf.cast(counts, tf.int32)
    until = tf.cumsum(counts)
    stray = until[-1] // STRAY
    first = tf.reduce_sum(tf.cast(until <= stray, tf.int32))
    last = tf.reduce_sum(tf.cast(until - counts < until[-1] - stray, tf.int32))
    return first, last


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


def _place(pixels: tf.Tensor, spec: Normalisation, margin: int, unit: int = 1) -> tf.Tensor:
    """Resizes [h, w, c] to fit the canvas, aspect kept, and centres it on paper."""
    height, width = tf.shape(pixels)[0], tf.shape(pixels)[1]
    room_h, room_w = spec.height - 2 * margin, spec.width - 2 * margin
    wide = height * room_w <= width * room_h
    new_h = tf.where(wide, tf.maximum((height * room_w + width // 2) // width, 1), room_h)
    new_w = tf.where(wide, room_w, tf.maximum((width * room_h + height // 2) // height, 1))
    top, left = (spec.height - new_h) // 2, (spec.width - new_w) // 2
    around = [[top, spec.height - new_h - top], [left, spec.width - new_w - left], [0, 0]]
    placed = tf.pad(
        _resize_area(pixels, new_h, new_w, unit),
        around,
        constant_values=tf.constant(PAPER, tf.uint8),
    )
    return tf.ensure_shape(placed, spec.shape)


def _resize_area(pixels: tf.Tensor, new_h: tf.Tensor, new_w: tf.Tensor, unit: int) -> tf.Tensor:
    """Resizes by the mean over areas, rounded half up.

    The first product's sums stay below 255 · MAX_SIDE, exact in float32; the second's below 255 ·
    MAX_PIXELS, exact in float64 and, where pixels are few or the unit is large, in float32, which
    is faster. A quotient that is no integer is at least 1 / MAX_PIXELS away from one, so that
    rounding does not carry it there.

    Args:
        pixels: integers in multiples of `unit`, [h, w, c].
        new_h: the new height.
        new_w: the new width.
        unit: 1, or PAPER where the pixels are 0 and 1.

    Returns:
        uint8 [new_h, new_w, c].
    """
    height, width, channels = tf.unstack(tf.shape(pixels))
    rows, columns = _overlaps(height, new_h), _overlaps(width, new_w)
    sums = tf.matmul(rows, tf.cast(tf.reshape(pixels, [height, width * channels]), tf.float32))
    planes = tf.transpose(tf.reshape(sums, [new_h, width, channels]), [2, 0, 1])
    planes = tf.reshape(planes, [channels * new_h, width])

    def product(dtype: tf.DType) -> tf.Tensor:
        return tf.cast(
            tf.matmul(tf.cast(planes, dtype), tf.cast(columns, dtype), transpose_b=True), tf.float64
        )

    area = tf.cast(height, tf.float64) * tf.cast(width, tf.float64)
    sums = (
        tf.cond(
            PAPER // unit * area < EXACT_32,
            lambda: product(tf.float32),
            lambda: product(tf.float64),
        )
        * unit
    )
    sums = tf.transpose(tf.reshape(sums, [channels, new_h, new_w]), [1, 2, 0])
    return tf.cast((sums + tf.floor(area / 2)) / area, tf.uint8)


def _overlaps(old: tf.Tensor, new: tf.Tensor) -> tf.Tensor:
    """Computes the part of each old pixel in each new one, in units of 1 / (old · new).

    From 3 pixels to 2: [[2, 1, 0], [0, 1, 2]].

    Returns:
        Integers, float32 [new, old]; rows sum to old.
    """
    before = tf.range(new + 1)[:, tf.newaxis] * old - tf.range(old)[tf.newaxis] * new
    before = tf.minimum(tf.maximum(before, 0), new)
    return tf.cast(before[1:] - before[:-1], tf.float32)


def _demand_size(size: tf.Tensor) -> tf.Operation:
    small = tf.reduce_all(size <= MAX_SIDE) & (tf.reduce_prod(size) <= MAX_PIXELS)
    return _demand(small, "the image has too many pixels")


def _demand(condition: tf.Tensor, otherwise: str) -> tf.Operation:
    return tf.debugging.Assert(condition, [otherwise])
