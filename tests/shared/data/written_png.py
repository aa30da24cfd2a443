"""PNGs written chunk by chunk, of any colour type, depth, filter and order of the pixels."""

import struct
import zlib

import numpy as np

from tests.pictures import png_chunk

ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
SAMPLES = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}


def written_png(
    rng: np.random.Generator,
    height: int,
    width: int,
    depth: int,
    colour_type: int,
    *,
    interlaced: bool = False,
    palette: bytes = b"",
    before: bytes = b"",
) -> bytes:
    """Writes random bytes behind random filters.

    Args:
        rng: draws them.
        height: in pixels.
        width: in pixels.
        depth: bits of a sample.
        colour_type: of the PNG.
        interlaced: in the passes of Adam7.
        palette: content of PLTE, if any.
        before: chunks before the pixels.
    """
    lines = b""
    for top, left, down, right in ADAM7 if interlaced else ((0, 0, 1, 1),):
        rows, columns = len(range(top, height, down)), len(range(left, width, right))
        length = (columns * SAMPLES[colour_type] * depth + 7) // 8
        for _ in range(rows if columns else 0):
            levels = rng.integers(0, 256, length) * rng.integers(0, 2, length)
            lines += bytes([int(rng.integers(0, 5))]) + levels.astype(np.uint8).tobytes()
    header = struct.pack(">IIBBBBB", width, height, depth, colour_type, 0, 0, interlaced)
    colours = png_chunk(b"PLTE", palette) if palette else b""
    data = png_chunk(b"IDAT", zlib.compress(lines))
    chunks = [png_chunk(b"IHDR", header), colours, before, data, png_chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)
