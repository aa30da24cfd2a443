"""The one image normalisation once more, in NumPy and Pillow, for where there is no TensorFlow.

Equal to `normalise_graph` to the bit, refusals and their reasons included, as a test holds over
modes, sizes, formats and damaged files. It uses no BLAS, whose threads would cost more than they
bring.
"""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from components.shared.data.area_mean import area_mean
from components.shared.data.decoding import decode, to_grey
from components.shared.data.ink import Page, count_levels, find_writing
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import FLAT, PAPER, UNITS, margin
from components.shared.data.outcomes import Normalised, Rejected

U8 = npt.NDArray[np.uint8]


def normalise(encoded: bytes, spec: Normalisation) -> Normalised:
    """Decodes and normalises one image, and tells how its source was.

    Args:
        encoded: a PNG of any mode or a JPEG.
        spec: mode and size of the result.

    Raises:
        Rejected: neither PNG nor JPEG, damaged, too large, or no writing; with the graph's words.
    """
    return normalise_pixels(decode(encoded, spec.channels), spec)


def normalise_each(encoded: Sequence[bytes], spec: Normalisation) -> list[Normalised | Rejected]:
    """Normalises several images; returns the reason in the place of one that is rejected."""
    results: list[Normalised | Rejected] = []
    for one in encoded:
        try:
            results.append(normalise(one, spec))
        except Rejected as reason:
            results.append(reason)
    return results


def normalise_pixels(
    pixels: U8, spec: Normalisation, judge: Callable[[Page], None] | None = None
) -> Normalised:
    """Normalises a decoded image, uint8 [h, w, C], as `normalise` does.

    Args:
        pixels: of the image.
        spec: mode and size of the result.
        judge: called with the page that the writing was found on, which it may reject; of
            photographs, `mode: none`, there is none.

    Raises:
        Rejected: as `normalise`, or by `judge`.
    """
    if spec.mode == "none":
        if pixels.max() == pixels.min():
            raise Rejected(FLAT)
        histogram = count_levels(to_grey(pixels)[:, :, 0])
        return Normalised(_place(pixels, spec, 0, 1), _median(histogram))
    writing = find_writing(pixels[:, :, 0], spec.mode)
    if judge is not None:
        judge(writing.page)
    room = margin(spec.height, spec.width)
    placed = _place(writing.levels, spec, room, UNITS[spec.mode])
    return Normalised(placed, _median(writing.source_histogram), writing.inverted)


def _median(histogram: npt.NDArray[np.int64]) -> int:
    """Returns the median level, of an even number of pixels the lower one of the middle two."""
    until = np.cumsum(histogram)
    return int(np.count_nonzero(2 * until < until[-1]))


def _place(pixels: U8, spec: Normalisation, margin: int, unit: int) -> U8:
    """Resizes [h, w, c] to fit the canvas, aspect kept, and centres it on paper."""
    height, width, channels = pixels.shape
    room_h, room_w = spec.height - 2 * margin, spec.width - 2 * margin
    new_h, new_w = room_h, room_w
    if height * room_w <= width * room_h:
        new_h = max((height * room_w + width // 2) // width, 1)
    else:
        new_w = max((width * room_h + height // 2) // height, 1)
    top, left = (spec.height - new_h) // 2, (spec.width - new_w) // 2
    canvas = np.full((spec.height, spec.width, channels), PAPER, np.uint8)
    canvas[top : top + new_h, left : left + new_w] = area_mean(pixels, new_h, new_w, unit)
    return canvas
