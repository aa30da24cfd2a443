"""Strokes on paper: a PNG of mode L, P or RGBA, antialiased, drawn in integer arithmetic."""

import struct
import zlib
from dataclasses import dataclass
from typing import Literal

import cv2
import numpy as np
from numpy.typing import NDArray

from components.ingest.sample.strokes import Stroke

Grey = NDArray[np.uint8]
OVERSAMPLING = 2
FIBRES = np.array([-2, 2] + 14 * [0], np.int16)  # the paper's grain, in grey levels
SHIFT = 4  # fractional bits of the coordinates given to OpenCV
QUICK = [cv2.IMWRITE_PNG_COMPRESSION, 1, cv2.IMWRITE_PNG_STRATEGY, cv2.IMWRITE_PNG_STRATEGY_DEFAULT]
QUICK += [cv2.IMWRITE_PNG_FILTER, cv2.IMWRITE_PNG_FILTER_NONE]
_SIGNATURE = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True)
class Paper:
    """A sheet of paper.

    Attributes:
        width: in pixels.
        height: in pixels.
        grey: of the paper, 0–255.
        ink: the grey of the ink, 0–255.
        filled: the share of the width or height that the writing takes.
        mode: of the PNG.
    """

    width: int
    height: int
    grey: int
    ink: int
    filled: float
    mode: Literal["L", "P", "RGBA"]


def render(strokes: list[Stroke], paper: Paper, rng: np.random.Generator) -> bytes:
    """Draws strokes, scaled to fit, onto paper.

    Returns:
        The bytes of a PNG file.
    """
    darkening = np.arange(256) * (paper.grey - paper.ink) // 255
    fibres = rng.integers(0, len(FIBRES), (paper.height, paper.width), dtype=np.uint8)
    sheet = paper.grey + FIBRES[fibres]
    sheet -= darkening.astype(np.int16)[_coverage(strokes, paper, rng)]
    return _encode(np.clip(sheet, 0, 255).astype(np.uint8), paper.mode)


def _coverage(strokes: list[Stroke], paper: Paper, rng: np.random.Generator) -> Grey:
    """Draws the ink of each pixel, 0–255: [height, width]."""
    points = np.concatenate([stroke.points for stroke in strokes])
    low, high = points.min(axis=0), points.max(axis=0)
    extent = np.maximum(high - low, 1e-6)
    scale = paper.filled * min(paper.width / extent[0], paper.height / extent[1])
    free = np.array([paper.width, paper.height]) - scale * extent
    corner = free * (0.2 + 0.6 * rng.random(2))
    canvas = np.zeros((paper.height * OVERSAMPLING, paper.width * OVERSAMPLING), np.uint8)
    unit = OVERSAMPLING << SHIFT
    for stroke in strokes:
        x = corner[0] + scale * (stroke.points[:, 0] - low[0])
        y = corner[1] + scale * (high[1] - stroke.points[:, 1])
        pixels = np.rint(np.stack([x, y], axis=1) * unit).astype(np.int32)
        widths = np.maximum(np.rint(stroke.width * scale * OVERSAMPLING), 2).astype(np.int32)
        ends = zip(pixels[:-1].tolist(), pixels[1:].tolist(), widths.tolist(), strict=False)
        for start, end, width in ends:
            cv2.line(canvas, start, end, (255,), width, cv2.LINE_8, SHIFT)
    small = cv2.resize(canvas, (paper.width, paper.height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.uint8)


def _encode(grey: Grey, mode: str) -> bytes:
    """Encodes grey levels as a PNG of mode L, P or RGBA."""
    if mode == "RGBA":
        opaque = np.full_like(grey, 255)
        return _png(np.dstack([grey, grey, grey, opaque]))
    plain = _png(grey)
    return plain if mode == "L" else _with_palette(plain)


def _png(pixels: NDArray[np.uint8]) -> bytes:
    success, content = cv2.imencode(".png", pixels, QUICK)
    if not success:
        raise RuntimeError("OpenCV could not encode a PNG")
    return content.tobytes()


def _with_palette(png: bytes) -> bytes:
    """Converts an 8-bit grey PNG to mode P: its grey levels become the palette.

    See the PNG specification, 11.2.2 and 11.2.3.
    """
    header = png[16:25] + b"\x03" + png[26:29]
    palette = b"".join(bytes([grey, grey, grey]) for grey in range(256))
    return _SIGNATURE + _chunk(b"IHDR", header) + _chunk(b"PLTE", palette) + png[33:]


def _chunk(name: bytes, content: bytes) -> bytes:
    """Returns a chunk of a PNG: length, name, content, checksum."""
    length, checksum = (
        struct.pack(">I", len(content)),
        struct.pack(">I", zlib.crc32(name + content)),
    )
    return length + name + content + checksum
