"""Chunks of a PNG: what is taken and what is refused, as libpng's documentation has it."""

import struct
import zlib

import numpy as np
import pytest

from components.shared.data.outcomes import Rejected
from components.shared.data.png_chunks import inflate, read_png
from tests.pictures import encode, png_chunk, strokes

SIGNATURE = b"\x89PNG\r\n\x1a\n"
END = png_chunk(b"IEND", b"")
DATA = png_chunk(b"IDAT", zlib.compress(b"\0\7"))


def header(depth: int = 8, colour_type: int = 0, width: int = 1) -> bytes:
    return png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, 1, depth, colour_type, 0, 0, 0))


def test_the_parts_of_a_png_are_read() -> None:
    parts = read_png(encode(strokes(0)))
    assert (parts.height, parts.width, parts.depth, parts.colour_type) == (90, 160, 8, 0)
    rows = np.frombuffer(inflate(parts.data, [161] * 90), np.uint8).reshape(90, 161)
    assert rows[:, 0].max() <= 4


@pytest.mark.parametrize(
    "chunks",
    [
        [header(), DATA],
        [DATA, header(), END],
        [header(), END],
        [header(), header(), DATA, END],
        [header(depth=3), DATA, END],
        [header(width=0), DATA, END],
        [header(colour_type=3), DATA, END],
        [header(), png_chunk(b"ABCD", b""), DATA, END],
        [header(), DATA, END[:-1]],
        [header(), DATA[:-1] + b"\0", END],
    ],
    ids=[
        "no end",
        "pixels before the header",
        "no pixels",
        "two headers",
        "3 bits",
        "no width",
        "no palette",
        "an unknown critical chunk",
        "a truncated end",
        "a wrong checksum",
    ],
)
def test_damage_that_touches_the_pixels_is_refused(chunks: list[bytes]) -> None:
    with pytest.raises(Rejected, match="truncated or damaged image"):
        read_png(SIGNATURE + b"".join(chunks))


def test_a_note_with_a_wrong_checksum_and_what_follows_the_end_do_not_matter() -> None:
    note = png_chunk(b"tEXt", b"a\0b")[:-1] + b"\0"
    parts = read_png(SIGNATURE + header() + note + DATA + END + b"more")
    assert inflate(parts.data, [2]) == b"\0\7"


def test_a_stream_whose_own_checksum_is_wrong_is_taken_only_where_it_follows_the_last_row() -> None:
    good = zlib.compress(b"\0\7")
    with pytest.raises(Rejected):
        inflate([good[:-1] + b"\0"], [2])
    with pytest.raises(Rejected):
        inflate([good], [2, 2])
    assert inflate([good[:-4], good[-4:-1] + b"\0"], [2]) == b"\0\7"
