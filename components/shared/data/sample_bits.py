"""Grey samples of up to 16 bits as 8: the upper 8 of the bits that the picture uses.

Microscopes, cameras and scanners write 10 or 12 bits into samples of 16, whose upper 8 bits would
be black.
"""

import numpy as np
import numpy.typing as npt
from PIL import Image

WIDE_MODES = ("I", "I;16", "I;16L", "I;16B", "I;16N")
"""Pillow's modes of grey images with more than 8 bits."""
CONTAINER = 16
NARROW = (8, 10, 12)
"""Bits that a picture is taken to use where all its samples fit in them."""
_BITS_PER_SAMPLE, _MAX_SAMPLE_VALUE = 258, 281  # tags of TIFF 6.0

Samples = npt.NDArray[np.integer]


def upper_bits(samples: Samples, bits: int) -> npt.NDArray[np.uint8]:
    """Returns the upper 8 of `bits` bits; of 16, as the normalisation decodes a PNG of 16 bits."""
    clipped = np.clip(samples, 0, 2**bits - 1)
    upper: npt.NDArray[np.uint8] = np.right_shift(clipped, max(bits - 8, 0)).astype(np.uint8)
    return upper


def bits_used(samples: Samples, declared: int | None) -> int:
    """Returns the number of bits that a picture uses of each sample.

    That is 16 where a sample needs more than 12: the container's range is the picture's. Else it
    is what the file declares, where the samples fit in it, or else the least of 8, 10 and 12 that
    they fit in: samples up to 900 use 10 bits, 14 if the file declares 14.

    Args:
        samples: grey levels.
        declared: the file's own number of bits, if it names one.
    """
    needed = int(samples.max()).bit_length()
    if needed > max(NARROW):
        return CONTAINER
    if declared is not None and needed <= declared:
        return min(declared, CONTAINER)
    return next(bits for bits in NARROW if needed <= bits)


def declared_bits(image: Image.Image, data: bytes) -> int | None:
    """Returns the bits of a sample by the file: its sBIT (PNG), its largest value or size (TIFF).

    Args:
        image: opened by Pillow.
        data: the bytes of its file.
    """
    if image.format == "PNG":
        return _significant_bits(data)
    tags = getattr(image, "tag_v2", {})
    largest = _first(tags.get(_MAX_SAMPLE_VALUE))
    if largest:
        return largest.bit_length()
    size = _first(tags.get(_BITS_PER_SAMPLE))
    return size if size and size < CONTAINER else None


def _significant_bits(data: bytes) -> int | None:
    """Reads the chunk sBIT, which stands before the pixels; PNG specification, 11.3.2.4."""
    start = data.find(b"sBIT", 0, max(data.find(b"IDAT"), 0))
    return data[start + 4] if start > 0 else None


def _first(value: object) -> int | None:
    """Returns the first whole number of a tag, which holds one or several."""
    first = value[0] if isinstance(value, tuple) and value else value
    return first if isinstance(first, int) else None
