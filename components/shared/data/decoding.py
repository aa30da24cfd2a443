"""Decoding of PNG and JPEG bytes in NumPy and Pillow, as `normalise_graph.decode` does it."""

import numpy as np
import numpy.typing as npt
from PIL import Image

from components.shared.data.jpeg_pixels import decode_jpeg, read_jpeg_header
from components.shared.data.normalisation_rules import (
    HEADER,
    JPEG,
    MAX_PIXELS,
    MAX_SIDE,
    PAPER,
    PNG,
    TOO_LARGE,
    UNKNOWN_FORMAT,
)
from components.shared.data.outcomes import Rejected
from components.shared.data.png_pixels import decode_png

U8 = npt.NDArray[np.uint8]


def decode(encoded: bytes, channels: int) -> U8:
    """Decodes an image: transparency over white, grey as in Pillow's `convert("L")`.

    Returns:
        uint8 [h, w, channels]; of samples of 16 bits the upper 8.

    Raises:
        Rejected: neither PNG nor JPEG, too large, or damaged.
    """
    if encoded.startswith(JPEG):
        jpeg = read_jpeg_header(encoded)
        _demand_size(jpeg.width, jpeg.height)
        return decode_jpeg(encoded, jpeg, channels)
    if not encoded.startswith(PNG):
        raise Rejected(UNKNOWN_FORMAT)
    header = encoded[:HEADER].ljust(HEADER, b"\0")
    _demand_size(int.from_bytes(header[16:20]), int.from_bytes(header[20:24]))
    colour_type = header[25]
    if colour_type >= 4 or (header[37:41] != b"IDAT" and b"tRNS" in encoded):
        colours = _over_white(decode_png(encoded, 4))
        return colours if channels == 3 else to_grey(colours)
    if channels == 1 and colour_type != 0:
        return to_grey(decode_png(encoded, 3))
    return decode_png(encoded, channels)


def to_grey(pixels: U8) -> U8:
    """Returns the ITU-R 601-2 luma of uint8 [h, w, 3], or grey [h, w, 1] as it is."""
    if pixels.shape[2] == 1:
        return pixels
    return np.asarray(Image.fromarray(np.ascontiguousarray(pixels)).convert("L"))[:, :, np.newaxis]


def _over_white(pixels: U8) -> U8:
    """Composites uint8 [h, w, 4] over white, rounded as Pillow's `alpha_composite`."""
    alpha = pixels[:, :, 3:].astype(np.uint16)
    blended = pixels[:, :, :3] * alpha
    blended += PAPER * (255 - alpha) + 128
    blended += blended >> 8
    blended >>= 8
    return blended.astype(np.uint8)


def _demand_size(width: int, height: int) -> None:
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        raise Rejected(TOO_LARGE)
