"""Files as they come → PNG or JPEG bytes that the one normalisation decodes.

A PNG, or a JPEG that needs no turning, passes unchanged. Everything else that Pillow reads becomes
a PNG: the first frame or page, EXIF rotation applied, CMYK and the like as RGB; transparency stays,
for the normalisation to whiten.
"""

import io
import re
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from PIL import Image, ImageOps, UnidentifiedImageError

_ORIENTATION = 0x0112
SOURCE_COLUMNS = ["mode", "dpi", "median_grey", "file_bytes", "height", "width"]
MOST_DPI = 1_000_000
_WIDE = ("I", "I;16", "I;16L", "I;16B", "I;16N")


class Rejected(Exception):  # noqa: N818 - an outcome that is expected, not a failure
    """An image that cannot be used; the message is the reason, for a person to read."""


class Normalised(NamedTuple):
    """uint8 [H, W, C], and the median grey of the source."""

    pixels: npt.NDArray[np.uint8]
    median_grey: int


class SourceImage(NamedTuple):
    """Bytes for the normalisation, and what the file says of itself.

    Attributes:
        encoded: PNG or JPEG bytes.
        height: in pixels, as it is looked at.
        width: likewise.
        mode: Pillow's name of the kind of pixels.
        dpi: across, 0 where the file does not say.
        file_bytes: its size.
    """

    encoded: bytes
    height: int
    width: int
    mode: str
    dpi: int
    file_bytes: int


def source_table(sources: Sequence[SourceImage], greys: Sequence[int]) -> pd.DataFrame:
    """What sources.parquet holds: a row a file, and the median grey of what was decoded."""
    rows = [source._asdict() for source in sources]
    return pd.DataFrame(rows, columns=[*SourceImage._fields[1:]]).assign(median_grey=list(greys))[
        SOURCE_COLUMNS
    ]


def read(path: Path, max_pixels: int) -> SourceImage | Rejected:
    """A file as `to_png_or_jpeg` gives it, or why it cannot be used."""
    try:
        return to_png_or_jpeg(path.read_bytes(), max_pixels)
    except FileNotFoundError:
        return Rejected("no such file")
    except OSError as error:
        return Rejected(f"cannot be read ({error.strerror})")
    except Rejected as reason:
        return reason


def to_png_or_jpeg(data: bytes, max_pixels: int) -> SourceImage:
    """Checks a file's header and converts it where the normalisation could not decode it.

    Raises:
        Rejected: empty, not an image, too large, or damaged.
    """
    if not data:
        raise Rejected("the file is empty (0 bytes)")
    try:
        with Image.open(io.BytesIO(data)) as image:
            _demand_size(image, max_pixels)
            mode, dpi = image.mode, _dpi(image)
            encoded, size = (data, image.size) if _passes(image, data) else _as_png(image)
            return SourceImage(encoded, size[1], size[0], mode, dpi, len(data))
    except (Rejected, MemoryError):
        raise
    except UnidentifiedImageError:
        raise Rejected("not an image, or of an unknown format") from None
    except (
        Image.DecompressionBombError
    ) as error:  # Pillow's own limit, which names the number of pixels first
        raise Rejected(
            f"{_first_number(error)} pixels are more than max_pixels ({max_pixels})"
        ) from None
    except Exception as error:  # Pillow's decoders raise many kinds on damaged files
        raise Rejected(f"truncated or damaged image ({' '.join(str(error).split())})") from None


def _demand_size(image: Image.Image, max_pixels: int) -> None:
    width, height = image.size
    if width * height > max_pixels:
        raise Rejected(f"{width} × {height} pixels are more than max_pixels ({max_pixels})")


def _first_number(error: Exception) -> str:
    found = re.search(r"\d+", str(error))
    return found[0] if found else "its"


def _passes(image: Image.Image, data: bytes) -> bool:
    if image.format == "PNG":
        return b"eXIf" not in data or _upright(image)
    return image.format == "JPEG" and image.mode in ("L", "RGB") and _upright(image)


def _upright(image: Image.Image) -> bool:
    return int(image.getexif().get(_ORIENTATION, 1)) == 1


def _dpi(image: Image.Image) -> int:
    try:
        return min(max(round(float(image.info["dpi"][0])), 0), MOST_DPI)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        return 0


def _as_png(image: Image.Image) -> tuple[bytes, tuple[int, int]]:
    """PNG bytes, width and height."""
    image.load()
    upright = ImageOps.exif_transpose(image)
    stream = io.BytesIO()
    _plain(upright).save(stream, "png", compress_level=0)
    return stream.getvalue(), upright.size


def _plain(image: Image.Image) -> Image.Image:
    """The image in one of the modes L, RGB, RGBA."""
    if image.has_transparency_data:
        return image.convert("RGBA")
    if image.mode in _WIDE:
        return Image.fromarray(_upper_bits(np.asarray(image)))
    if image.mode == "F":
        raise Rejected("its pixels are floating-point numbers; save it with 8 bits per channel")
    return image.convert("L" if image.mode in ("1", "L") else "RGB")


def _upper_bits(samples: npt.NDArray[np.integer]) -> npt.NDArray[np.uint8]:
    """The upper 8 of 16 bits, as the normalisation does with a PNG of 16 bits."""
    upper: npt.NDArray[np.uint8] = np.right_shift(np.clip(samples, 0, 65_535), 8).astype(np.uint8)
    return upper
