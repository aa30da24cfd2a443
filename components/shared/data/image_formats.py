"""The formats of pictures that are read, and the only place that opens one by its content."""

import io
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL import Image

FORMATS = (
    "AVIF",
    "BMP",
    "DIB",
    "GIF",
    "JPEG",
    "JPEG2000",
    "PCX",
    "PNG",
    "PPM",
    "QOI",
    "SGI",
    "TGA",
    "TIFF",
    "WEBP",
)
"""Pillow's names of them. Its other readers are for formats that no scanner or camera writes; the
one of EPS starts another program, whatever the name of the file ends with."""


def open_image(data: bytes) -> "Image.Image":
    """Opens an image: its header is read, its pixels are not yet.

    Raises:
        PIL.UnidentifiedImageError: it is of none of the `FORMATS`.
    """
    from PIL import Image

    return Image.open(io.BytesIO(data), formats=FORMATS)
