"""Decoding in NumPy and Pillow, against the decoding inside the graph's oracle, Pillow itself."""

import io

import numpy as np
import pytest
from PIL import Image

from components.shared.data.decoding import decode
from components.shared.data.outcomes import Rejected
from tests.pictures import encode, over_white, png_of_size, strokes
from tests.shared.test_decode import PNGS


@pytest.mark.parametrize("mode", PNGS)
def test_a_png_of_every_mode_becomes_what_pillow_gives(mode: str) -> None:
    data = PNGS[mode]()
    for channels, name in ((1, "L"), (3, "RGB")):
        expected = np.asarray(over_white(Image.open(io.BytesIO(data))).convert(name))
        np.testing.assert_array_equal(np.squeeze(decode(data, channels)), expected)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "neither a PNG nor a JPEG"),
        (b"GIF89a" + bytes(40), "neither a PNG nor a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "truncated or damaged"),
        (encode(strokes(0))[:-200], "truncated or damaged"),
        (png_of_size(40_000, 40_000), "too many pixels"),
        (png_of_size(70_000, 10), "too many pixels"),
    ],
)
def test_what_is_no_usable_image_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(Rejected, match=message):
        decode(data, 1)
