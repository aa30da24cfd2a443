"""Pixels of a PNG of any colour type, depth and order, against Pillow's."""

import io

import numpy as np
import pytest
from PIL import Image

from components.shared.data.png_pixels import decode_png
from tests.pictures import encode, png_chunk
from tests.shared.data.written_png import ADAM7, written_png
from tests.shared.test_decode import PNGS


@pytest.mark.parametrize("mode", [name for name in PNGS if "transparent" not in name])
def test_colours_are_those_that_pillow_gives(mode: str) -> None:
    data = PNGS[mode]()
    expected = Image.open(io.BytesIO(data)).convert("RGBA")
    pixels = decode_png(data, 3)
    np.testing.assert_array_equal(pixels, np.asarray(expected)[:, :, :3])


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
@pytest.mark.parametrize("passes", [ADAM7, None])
def test_grey_of_any_depth_and_order_is_read(depth: int, passes: object) -> None:
    rng = np.random.default_rng(depth)
    data = written_png(rng, 13, 11, depth, 0, interlaced=passes is ADAM7)
    expected = np.asarray(Image.open(io.BytesIO(data)).convert("L"))
    np.testing.assert_array_equal(decode_png(data, 1)[:, :, 0], expected)


def test_all_bits_of_16_decide_what_is_transparent() -> None:
    wide = np.array([[256 * 7 + 1, 256 * 7 + 2]], np.uint16)
    data = encode(Image.fromarray(wide), transparency=256 * 7 + 2)
    np.testing.assert_array_equal(decode_png(data, 4)[0, :, 3], [255, 0])


def test_a_colour_beyond_the_palette_is_black() -> None:
    data = written_png(np.random.default_rng(0), 5, 5, 8, 3, palette=bytes([9, 9, 9]))
    assert set(np.unique(decode_png(data, 3))) <= {0, 9}


@pytest.mark.parametrize("depth", [1, 2, 4, 8])
def test_grey_without_transparency_has_the_alpha_that_tensorflow_gives(depth: int) -> None:
    import tensorflow as tf

    comment = png_chunk(b"tEXt", b"Comment\0tRNS")
    data = written_png(np.random.default_rng(depth), 9, 7, depth, 0, before=comment)
    np.testing.assert_array_equal(decode_png(data, 4), tf.io.decode_png(data, channels=4))
