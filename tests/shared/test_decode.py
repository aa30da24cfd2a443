"""Decoding inside the graph, against Pillow; what is refused."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from PIL import Image

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import decode, normalise
from tests.pictures import colours, encode, over_white, png_of_size, strokes

U8 = npt.NDArray[np.uint8]
SHAPE = Normalisation(mode="shape", height=32, width=56)


def _palette(seed: int, **info: Any) -> bytes:
    image = Image.fromarray(colours(seed, 1)[:, :, 0] // 16, "P")
    image.putpalette(colours(seed + 1, 3, 1, 16).tobytes())
    return encode(image, **info)


PNGS: dict[str, Callable[[], bytes]] = {
    "1": lambda: encode(Image.fromarray(colours(0, 1)[:, :, 0]).convert("1")),
    "L": lambda: encode(colours(1, 1)[:, :, 0]),
    "L with a transparent level": lambda: encode(colours(2, 1)[:, :, 0] // 64, transparency=2),
    "LA": lambda: encode(Image.fromarray(colours(3, 2), "LA")),
    "P": lambda: _palette(4),
    "P of 4 bits": lambda: _palette(4, bits=4),
    "P with one transparent colour": lambda: _palette(5, transparency=3),
    "P with alpha": lambda: _palette(6, transparency=bytes(range(0, 256, 16))),
    "RGB": lambda: encode(colours(7, 3)),
    "RGB with a transparent colour": lambda: encode(
        colours(8, 3) // 128 * 128, transparency=(128, 0, 128)
    ),
    "RGBA": lambda: encode(colours(9, 4)),
    "RGB with the letters tRNS in its text": lambda: _with_text(colours(10, 3)),
}


def _with_text(pixels: U8) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("note", "tRNS")
    return encode(pixels, pnginfo=info)


@pytest.mark.parametrize("mode", PNGS)
def test_a_png_of_every_mode_becomes_the_grey_that_pillow_gives(mode: str) -> None:
    data = PNGS[mode]()
    expected = np.asarray(over_white(Image.open(io.BytesIO(data))).convert("L"))
    np.testing.assert_array_equal(decode(tf.constant(data), 1)[:, :, 0], expected)


@pytest.mark.parametrize("mode", PNGS)
def test_a_png_of_every_mode_becomes_the_colours_that_pillow_gives(mode: str) -> None:
    data = PNGS[mode]()
    expected = np.asarray(over_white(Image.open(io.BytesIO(data))).convert("RGB"))
    np.testing.assert_array_equal(decode(tf.constant(data), 3), expected)


def test_every_alpha_over_every_level_is_composited_as_pillow_does() -> None:
    level, alpha = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    image = Image.fromarray(np.stack([level, alpha], axis=2), "LA")
    expected = np.asarray(over_white(image).convert("L"))
    np.testing.assert_array_equal(decode(tf.constant(encode(image)), 1)[:, :, 0], expected)


def test_16_bit_samples_keep_their_upper_8_bits() -> None:
    wide = np.arange(0, 65_536, 89, dtype=np.uint16).reshape(1, -1)
    np.testing.assert_array_equal(
        decode(tf.constant(encode(Image.fromarray(wide))), 1)[:, :, 0], wide >> 8
    )


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize(
    "options", [{"quality": 90}, {"quality": 60, "subsampling": 0}, {"progressive": True}]
)
def test_a_jpeg_becomes_what_pillow_gives(channels: int, options: dict[str, object]) -> None:
    smooth = Image.fromarray(colours(11, 3, 9, 12)).resize((150, 110), Image.Resampling.BICUBIC)
    for source in (smooth, smooth.convert("L")):
        data = encode(source, "jpeg", **options)
        expected = np.asarray(Image.open(io.BytesIO(data)).convert("L" if channels == 1 else "RGB"))
        np.testing.assert_array_equal(np.squeeze(decode(tf.constant(data), channels)), expected)


def test_real_signatures_decode_as_in_pillow(cedar_dir: Path) -> None:
    for path in sorted(cedar_dir.glob("full_*/*.png"))[::300]:
        expected = np.asarray(over_white(Image.open(path)).convert("L"))
        np.testing.assert_array_equal(decode(tf.constant(path.read_bytes()), 1)[:, :, 0], expected)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "neither a PNG nor a JPEG"),
        (b"GIF89a" + bytes(40), "neither a PNG nor a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "Invalid PNG"),
        (encode(strokes(0))[:-200], "Invalid PNG"),
        (encode(strokes(0), "jpeg")[:-600], "Invalid JPEG"),
        (png_of_size(40_000, 40_000), "too many pixels"),
        (png_of_size(2**32 - 1, 2**32 - 1), "too many pixels"),
        (png_of_size(70_000, 10), "too many pixels"),
    ],
)
def test_what_is_no_usable_image_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        normalise(tf.constant(data), SHAPE)


def test_a_jpeg_with_too_many_pixels_is_refused_by_its_header() -> None:
    data = bytearray(encode(strokes(0), "jpeg"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = (40_000).to_bytes(2, "big") * 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="too many pixels"):
        normalise(tf.constant(bytes(data)), SHAPE)
