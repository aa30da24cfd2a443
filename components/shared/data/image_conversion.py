"""Source files as PNG or JPEG bytes, which the normalisation decodes.

An upright PNG or JPEG stays as it is. Every other of the `image_formats` becomes a PNG: the first
frame or page, turned as its EXIF or XMP says, CMYK and the like as RGB; transparency stays, and the
normalisation composites it over white. Grey of 10 or 12 bits in 16 becomes 8 of its own bits.
"""

import io
import re
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageOps, UnidentifiedImageError

from components.shared.data.image_formats import open_image
from components.shared.data.outcomes import Rejected
from components.shared.data.png_chunks import demand_intact, read_png
from components.shared.data.sample_bits import (
    CONTAINER,
    WIDE_MODES,
    bits_used,
    declared_bits,
    upper_bits,
)

if TYPE_CHECKING:
    import pandas as pd

_ORIENTATION = 0x0112
SOURCE_COLUMNS = ["mode", "dpi", "median_grey", "file_bytes", "height", "width"]
MOST_DPI = 1_000_000
_ORIENTED = (b"eXIf", b"Raw profile type exif", b"XML:com.adobe.xmp")
"""Names in a PNG without which it has no orientation: a chunk, and keywords of text chunks."""
_HEIC = (b"heic", b"heim", b"heis", b"heix", b"hevc", b"hevm", b"hevs", b"hevx", b"mif1", b"msf1")
"""Brands of a file with HEVC in it, whatever its name ends with."""
_POSTSCRIPT = (b"%!PS", b"\xc5\xd0\xd3\xc6")


class SourceImage(NamedTuple):
    """A source image: bytes for the normalisation, and properties of the file.

    Attributes:
        encoded: PNG or JPEG bytes.
        height: in pixels, of the upright image.
        width: likewise.
        mode: Pillow's mode of the file, as `L`, `RGB`, `I;16`.
        dpi: horizontal resolution, 0 if the file does not state it.
        file_bytes: the size of the file.
    """

    encoded: bytes
    height: int
    width: int
    mode: str
    dpi: int
    file_bytes: int


def source_table(sources: Sequence[SourceImage], greys: Sequence[int]) -> "pd.DataFrame":
    """Returns the table of sources.parquet: a row a file, with its median grey level."""
    import pandas as pd

    rows = [source._asdict() for source in sources]
    table = pd.DataFrame(rows, columns=[*SourceImage._fields[1:]])
    return table.assign(median_grey=list(greys))[SOURCE_COLUMNS]


def count_pixels(path: Path, max_pixels: int) -> int:
    """Returns width · height by a file's header; 0 where `read` will refuse it unseen."""
    try:
        with open_image(path.read_bytes()) as image:
            width, height = image.size
    except Exception:  # Pillow's readers raise many kinds; `read` has words for them
        return 0
    return width * height if width * height <= max_pixels else 0


def read(path: Path, max_pixels: int) -> SourceImage | Rejected:
    """Reads a file with `to_png_or_jpeg`; returns the reason where it cannot be used."""
    try:
        return to_png_or_jpeg(path.read_bytes(), max_pixels)
    except FileNotFoundError:
        return Rejected("no such file")
    except OSError as error:
        return Rejected(f"cannot be read ({error.strerror})")
    except Rejected as reason:
        return reason


def to_png_or_jpeg(data: bytes, max_pixels: int) -> SourceImage:
    """Checks a file's header, and converts it if the normalisation cannot decode it.

    Args:
        data: the bytes of the file.
        max_pixels: the limit of width · height.

    Raises:
        Rejected: empty, not an image, too large, or damaged.
    """
    if not data:
        raise Rejected("the file is empty (0 bytes)")
    try:
        with open_image(data) as image:
            _check_size(image, max_pixels)
            if image.format == "PNG":
                demand_intact(data)
            mode, dpi = image.mode, _dpi(image)
            if _needs_no_conversion(image, data):
                encoded, (width, height) = data, image.size
            else:
                if image.format == "PNG":
                    read_png(data)  # Pillow is laxer
                encoded, (width, height) = _as_png(image, declared_bits(image, data))
            return SourceImage(
                encoded, height=height, width=width, mode=mode, dpi=dpi, file_bytes=len(data)
            )
    except (Rejected, MemoryError):
        raise
    except UnidentifiedImageError:
        raise Rejected(_unidentified(data)) from None
    except Image.DecompressionBombError as error:  # the message begins with the number of pixels
        reason = f"{_first_number(error)} pixels are more than max_pixels ({max_pixels})"
        raise Rejected(reason) from None
    except Exception as error:  # Pillow's decoders raise many kinds on damaged files
        raise Rejected(f"truncated or damaged image ({' '.join(str(error).split())})") from None


def _unidentified(data: bytes) -> str:
    if data[4:8] == b"ftyp" and data[8:12] in _HEIC:
        return "a HEIC image, which is not read: convert it to PNG or JPEG"
    if data.startswith(_POSTSCRIPT):
        return "an EPS file, which is not read: convert it to PNG or JPEG"
    return "not an image, or of a format that is not read"


def _check_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise Rejected(f"{width} × {height} pixels are more than max_pixels ({max_pixels})")


def _first_number(error: Exception) -> str:
    number = re.search(r"\d+", str(error))
    return number[0] if number else "its"


def _needs_no_conversion(image: Image.Image, data: bytes) -> bool:
    if image.format == "PNG":
        oriented = any(name in data for name in _ORIENTED) and not _is_upright(image)
        return not oriented and not _is_narrow(image, data)
    return image.format == "JPEG" and image.mode in ("L", "RGB") and _is_upright(image)


def _is_upright(image: Image.Image) -> bool:
    """Tells whether an image is to be left as it is: also where its orientation is unreadable."""
    try:
        return int(image.getexif().get(_ORIENTATION, 1)) == 1
    except (LookupError, SyntaxError, TypeError, ValueError, struct.error):
        return True


def _is_narrow(image: Image.Image, data: bytes) -> bool:
    """Tells whether a PNG has samples of 16 bits that use fewer."""
    if image.mode not in WIDE_MODES or image.has_transparency_data:
        return False
    return bits_used(np.asarray(image), declared_bits(image, data)) < CONTAINER


def _dpi(image: Image.Image) -> int:
    try:
        return min(max(round(float(image.info["dpi"][0])), 0), MOST_DPI)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return 0


def _as_png(image: Image.Image, declared: int | None) -> tuple[bytes, tuple[int, int]]:
    """Encodes an image as PNG; returns the bytes, and width and height."""
    image.load()
    if not _is_upright(image):
        ImageOps.exif_transpose(image, in_place=True)
    stream = io.BytesIO()
    _to_8_bits(image, declared).save(stream, "png", compress_level=0)
    return stream.getvalue(), image.size


def _to_8_bits(image: Image.Image, declared: int | None) -> Image.Image:
    """Converts an image to one of the modes L, RGB, RGBA.

    Args:
        image: of any mode.
        declared: the bits of a sample by its file, if it names them.
    """
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in WIDE_MODES:
        samples = np.asarray(image)
        return Image.fromarray(upper_bits(samples, bits_used(samples, declared)))
    if image.mode == "F":
        raise Rejected("its pixels are floating-point numbers; save it with 8 bits per channel")
    if image.mode in ("L", "RGB"):
        return image
    return image.convert("L" if image.mode == "1" else "RGB")
