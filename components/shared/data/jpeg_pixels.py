"""The pixels of a JPEG by Pillow's libjpeg, equal to those that the graph's decodes."""

import re
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from components.shared.data.normalisation_rules import DAMAGED
from components.shared.data.outcomes import Rejected

U8 = npt.NDArray[np.uint8]
_ALONE = {0x01, *range(0xD0, 0xD8)}
"""Markers without a segment."""
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
"""Markers of a frame's header."""
_SCAN, _ADOBE = 0xDA, 0xEE
_SKIPPED = {*range(0xE0, 0xF0), 0xDC, 0xFE}
"""Markers of segments that decide no pixel."""
_MARKER = re.compile(rb"\xff[\xc0-\xcf\xd8\xda-\xfe]|\xff\xd9.*", re.DOTALL)
"""A marker behind the first scan, of restarts none; with the image's end all that follows it."""
_CMYK = 4


class JpegHeader(NamedTuple):
    """The header of a JPEG.

    Attributes:
        width: in pixels.
        height: likewise.
        components: of a pixel.
        adobe: whether a program of Adobe's wrote it, which stores CMYK inverted.
    """

    width: int
    height: int
    components: int
    adobe: bool


def read_jpeg_header(encoded: bytes) -> JpegHeader:
    """Reads the markers to the first scan.

    Raises:
        Rejected: the file ends before it, or has no frame.

    Source: ITU-T T.81, B.1 and B.2.
    """
    frame, adobe, place = b"", False, 2
    while True:
        place = encoded.find(b"\xff", place)
        while place >= 0 and encoded[place : place + 1] == b"\xff":
            place += 1
        if place < 0 or place >= len(encoded):
            raise Rejected(DAMAGED)
        marker = encoded[place]
        place += 1
        if marker == 0 or marker in _ALONE:
            continue
        length = int.from_bytes(encoded[place : place + 2])
        segment = encoded[place + 2 : place + length]
        if marker == _SCAN:
            break
        if length < 2 or len(segment) != length - 2:
            raise Rejected(DAMAGED)
        if marker in _FRAMES and not frame:
            frame = segment
        adobe |= marker == _ADOBE and segment.startswith(b"Adobe") and len(segment) >= 12
        place += length
    if len(frame) < 6 or _is_cut_off(encoded, place):
        raise Rejected(DAMAGED)
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    return JpegHeader(width, height, frame[5], adobe)


def _is_cut_off(encoded: bytes, place: int) -> bool:
    """Tells whether a segment that is skipped goes on beyond the file's end.

    Pillow takes that for the end of the image, libjpeg's reader in the graph for an error.
    """
    while found := _MARKER.search(encoded, place):
        place = found.end()
        if found[0][1] in _SKIPPED:
            place += max(int.from_bytes(encoded[place : place + 2]), 2)
    return place > len(encoded)


def decode_jpeg(encoded: bytes, header: JpegHeader, channels: int) -> U8:
    """Decodes a JPEG, uint8 [h, w, channels].

    Args:
        encoded: its bytes.
        header: what `read_jpeg_header` returns for them.
        channels: 1: grey, as Pillow converts colours; 3: RGB.

    Raises:
        Rejected: it is damaged.
    """
    if not header.width or not header.height:
        raise Rejected(DAMAGED)
    if header.components == _CMYK:
        return _from_cmyk(np.asarray(_by_pillow(encoded, header, "CMYK")), header.adobe, channels)
    grey = channels == 1 and header.components == 1
    image = _by_pillow(encoded, header, "L" if grey else "RGB")
    pixels = np.asarray(image.convert("L") if channels == 1 else image)
    return pixels.reshape(header.height, header.width, channels)


def _from_cmyk(pixels: U8, adobe: bool, channels: int) -> U8:
    levels = pixels.astype(np.int32)
    if not adobe:
        levels = 255 - levels
    colours = (levels[:, :, :3] * levels[:, :, 3:] // 255).astype(np.uint8)
    if channels == 3:
        return colours
    return np.asarray(Image.fromarray(colours).convert("L"))[:, :, np.newaxis]


def _by_pillow(encoded: bytes, header: JpegHeader, mode: str) -> Image.Image:
    size = (header.width, header.height)
    try:
        return Image.frombytes(mode, size, encoded, "jpeg", mode, "")
    except (ValueError, OSError):
        raise Rejected(DAMAGED) from None
