"""Generated pictures for tests: strokes on grey, noisy paper, and the bytes of files."""

import io
import struct
import zlib
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
from PIL import Image

Grey = npt.NDArray[np.uint8]


def strokes(seed: int, height: int = 90, width: int = 160, paper: int = 235, ink: int = 40) -> Grey:
    """Draws random pen strokes on noisy paper, uint8 [h, w]."""
    rng = np.random.default_rng(seed)
    page = np.full((height, width), paper, np.uint8)
    for _ in range(3):
        points = rng.uniform([4, 4], [width - 4, height - 4], (6, 2)).astype(np.int32)
        cv2.polylines(
            page,
            [points],
            False,
            ink + int(rng.integers(0, 40)),
            int(rng.integers(1, 4)),
            cv2.LINE_AA,
        )
    noisy: npt.NDArray[np.int64] = page + rng.integers(-6, 7, page.shape)
    result: Grey = np.clip(noisy, 0, 255).astype(np.uint8)
    return result


def colours(seed: int, channels: int, height: int = 23, width: int = 31) -> npt.NDArray[np.uint8]:
    """Returns random pixels, uint8 [h, w, channels]."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, channels)).astype(np.uint8)


def encode(image: Image.Image | Grey, form: str = "png", **options: Any) -> bytes:
    """Encodes an image as the bytes of a file."""
    stream = io.BytesIO()
    (image if isinstance(image, Image.Image) else Image.fromarray(image)).save(
        stream, form, **options
    )
    return stream.getvalue()


def png_of_size(width: int, height: int) -> bytes:
    """Returns a grey PNG whose header announces a size; its pixels are missing."""
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", zlib.compress(b"\0"))
        + png_chunk(b"IEND", b"")
    )


def png_chunk(name: bytes, content: bytes) -> bytes:
    """Returns a chunk of a PNG: length, name, content and checksum."""
    return (
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
    )


def over_white(image: Image.Image) -> Image.Image:
    """Composites an image over white as Pillow does, if it has transparency."""
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return image
