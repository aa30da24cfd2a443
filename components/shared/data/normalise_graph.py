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
`shape` and `tone` invert white on black, reject what cannot be writing, crop to the ink and leave a
thin margin. Every mode keeps the aspect and centres.
"""

import tensorflow as tf

from components.shared.data.area_resize import resize_area
from components.shared.data.ink_graph import Writing, count_levels, demand, find_writing
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import (
    BLUE,
    FLAT,
    GREEN,
    HEADER,
    JPEG,
    MAX_PIXELS,
    MAX_SIDE,
    PAPER,
    PNG,
    RED,
    TOO_LARGE,
    UNITS,
    UNKNOWN_FORMAT,
    margin,
)


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


def with_findings(
    encoded: tf.Tensor, spec: Normalisation
) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Normalises one image, and tells how the source was.

    The median grey level is, in the modes that find ink, that of the smoothed image, whose
    histogram is computed anyway: another would cost a fifth of the decoding. On CEDAR's paper the
    two differ by one level at most.

    Returns:
        The image as `normalise` returns it; the median, int32, of an even number of pixels the
        lower one of the middle two; and whether the image was inverted, bool.
    """
    with tf.device("/CPU:0"):
        pixels = decode(encoded, spec.channels)
        fitted, writing = _fit(pixels, spec)
        if writing is None:
            grey = pixels if spec.channels == 1 else _grey(_planes(pixels))
            return fitted, _median(count_levels(tf.cast(grey, tf.int32))), tf.constant(False)
        return fitted, _median(writing.source_histogram), writing.inverted


def _median(histogram: tf.Tensor) -> tf.Tensor:
    until = tf.cumsum(histogram)
    return tf.reduce_sum(tf.cast(2 * until < until[-1], tf.int32))


def _fit(pixels: tf.Tensor, spec: Normalisation) -> tuple[tf.Tensor, Writing | None]:
    """Brings uint8 [h, w, c] to uint8 [H, W, c].

    Returns:
        The image, and its writing in the modes that find ink.
    """
    if spec.mode == "none":
        flat = tf.reduce_max(pixels) == tf.reduce_min(pixels)
        with tf.control_dependencies([demand(~flat, FLAT)]):
            return _place(tf.identity(pixels), spec, 0), None
    writing = find_writing(pixels[:, :, 0], spec.mode)
    around = margin(spec.height, spec.width)
    return _place(writing.levels, spec, around, UNITS[spec.mode]), writing


def decode(encoded: tf.Tensor, channels: int) -> tf.Tensor:
    """Decodes PNG or JPEG bytes as Pillow does: transparency over white, grey as in `convert("L")`.

    16-bit samples keep their upper 8 bits. Returns uint8 [h, w, channels].
    """
    is_png = tf.strings.substr(encoded, 0, len(PNG)) == PNG
    is_jpeg = tf.strings.substr(encoded, 0, len(JPEG)) == JPEG
    with tf.control_dependencies([demand(is_png | is_jpeg, UNKNOWN_FORMAT)]):
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
    header = tf.strings.join([tf.strings.substr(encoded, 0, HEADER), tf.constant(b"\0" * HEADER)])
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
    luma = red * RED + green * GREEN + blue * BLUE + 0x8000
    return tf.cast(tf.bitwise.right_shift(luma, 16), tf.uint8)[:, :, tf.newaxis]


def _place(pixels: tf.Tensor, spec: Normalisation, around: int, unit: int = 1) -> tf.Tensor:
    """Resizes [h, w, c] to fit the canvas, aspect kept, and centres it on paper."""
    height, width = tf.shape(pixels)[0], tf.shape(pixels)[1]
    room_h, room_w = spec.height - 2 * around, spec.width - 2 * around
    wide = height * room_w <= width * room_h
    new_h = tf.where(wide, tf.maximum((height * room_w + width // 2) // width, 1), room_h)
    new_w = tf.where(wide, room_w, tf.maximum((width * room_h + height // 2) // height, 1))
    top, left = (spec.height - new_h) // 2, (spec.width - new_w) // 2
    paper = [[top, spec.height - new_h - top], [left, spec.width - new_w - left], [0, 0]]
    placed = tf.pad(
        resize_area(pixels, new_h, new_w, unit),
        paper,
        constant_values=tf.constant(PAPER, tf.uint8),
    )
    return tf.ensure_shape(placed, spec.shape)


def _demand_size(size: tf.Tensor) -> tf.Operation:
    small = tf.reduce_all(size <= MAX_SIDE) & (tf.reduce_prod(size) <= MAX_PIXELS)
    return demand(small, TOO_LARGE)
