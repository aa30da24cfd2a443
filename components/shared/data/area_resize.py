"""Resizing by the mean over areas, in TensorFlow ops, exact."""

import tensorflow as tf

from components.shared.data.normalisation_rules import PAPER

EXACT_32 = 2.0**24
"""Integers below this are exact in float32."""


def resize_area(pixels: tf.Tensor, new_h: tf.Tensor, new_w: tf.Tensor, unit: int) -> tf.Tensor:
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
