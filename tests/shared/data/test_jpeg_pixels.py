"""Pixels of a JPEG, against Pillow's."""

import io

import numpy as np
import pytest
from PIL import Image

from components.shared.data.jpeg_pixels import decode_jpeg, read_jpeg_header
from components.shared.data.outcomes import Rejected
from tests.pictures import colours, encode, strokes


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("options", [{"quality": 90}, {"progressive": True}, {"subsampling": 0}])
def test_a_jpeg_becomes_what_pillow_gives(channels: int, options: dict[str, object]) -> None:
    for source in (Image.fromarray(colours(1, 3)), Image.fromarray(strokes(0))):
        data = encode(source, "jpeg", **options)
        expected = np.asarray(Image.open(io.BytesIO(data)).convert("L" if channels == 1 else "RGB"))
        pixels = decode_jpeg(data, read_jpeg_header(data), channels)
        np.testing.assert_array_equal(np.squeeze(pixels), expected)


def test_the_header_tells_size_and_components() -> None:
    header = read_jpeg_header(encode(strokes(0, 90, 160), "jpeg"))
    assert (header.height, header.width, header.components, header.adobe) == (90, 160, 1, False)


def test_what_ends_before_its_last_line_is_refused() -> None:
    data = encode(strokes(0), "jpeg")
    for length in (len(data) // 2, len(data) - 200):
        with pytest.raises(Rejected, match="truncated or damaged"):
            decode_jpeg(data[:length], read_jpeg_header(data[:length]), 1)


@pytest.mark.parametrize("length", [3, 10, 60])
def test_a_header_that_ends_is_refused(length: int) -> None:
    with pytest.raises(Rejected, match="truncated or damaged"):
        read_jpeg_header(encode(strokes(0), "jpeg")[:length])
