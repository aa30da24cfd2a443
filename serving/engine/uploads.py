"""Images as people send them: bytes that may be anything, to what the network takes."""

import numpy as np
import numpy.typing as npt

from components.shared.data.decoding import decode
from components.shared.data.image_conversion import to_png_or_jpeg
from components.shared.data.image_formats import open_image
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise import normalise_pixels
from components.shared.data.outcomes import Rejected
from components.shared.data.pixel_budget import PixelBudget
from components.shared.data.quality import judge_page

FORMATS = ("PNG", "JPEG", "TIFF", "WEBP", "BMP")
"""Pillow's names of the formats that are taken: of scanners, cameras and screens."""
JPEGS_OF_PHONES = "MPO"
"""Pillow's name of a JPEG with more pictures behind the first, which is the one that counts."""
MAX_PIXELS = 25_000_000
"""The limit of width · height: an A4 page at 500 dpi has 24 million pixels."""


def to_pixels(
    data: bytes,
    spec: Normalisation,
    budget: PixelBudget,
    max_pixels: int = MAX_PIXELS,
    *,
    judged: bool = False,
) -> npt.NDArray[np.uint8]:
    """Converts an image, turns it upright and normalises it as `preprocess` does.

    Args:
        data: bytes of a file of any of the `FORMATS`.
        spec: mode and size of the result.
        budget: the pixels that it waits for before it decodes.
        max_pixels: an image of more is refused by its header.
        judged: whether a signature is refused, too, that cannot carry a decision, as with
            `preprocess.quality`; photographs, `mode: none`, are not judged.

    Returns:
        uint8 [H, W, C].

    Raises:
        Rejected: the image cannot be used; the message is the reason, in the words of
            `preprocess`.
    """
    with budget.hold(_pixels(data, max_pixels)):
        upright = to_png_or_jpeg(data, max_pixels)
        pixels = decode(upright.encoded, spec.channels)
        return normalise_pixels(pixels, spec, judge_page if judged else None).pixels


def _pixels(data: bytes, max_pixels: int) -> int:
    """Reads the number of pixels in the header; 0 where the conversion will refuse the image."""
    try:
        with open_image(data) as image:
            kind, (width, height) = image.format, image.size
    except Exception:  # Pillow's readers raise many kinds; the conversion has words for them
        return 0
    if kind not in (*FORMATS, JPEGS_OF_PHONES):
        raise Rejected(f"a {kind} image, which is not taken: send {', '.join(FORMATS)}")
    return width * height if width * height <= max_pixels else 0
