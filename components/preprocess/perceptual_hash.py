"""Perceptual hashes: alike images have hashes that differ in few bits.

An image is hashed as it came, which finds a copy that was scaled or saved anew, and as it was
prepared, which finds one with other margins.
"""

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from components.shared.data.image_conversion import SourceImage, read
from components.shared.data.image_formats import open_image
from components.shared.runtime.progress import track

SIDE = 16
BITS = SIDE * SIDE
"""64, as pHash has by default, do not tell two signatures of one hand apart."""
CHUNK = 256

Hashes = NDArray[np.uint8]


def hash_prepared(images: NDArray[np.uint8]) -> Hashes:
    """Hashes prepared images.

    Args:
        images: uint8 [N, H, W, C], in memory or mapped.

    Returns:
        uint8 [N, BITS / 8], 8 bits a byte.
    """

    def opened(place: int) -> Image.Image:
        pixels = images[place]
        return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)

    return _hash_all(opened, len(images), "hash prepared")


def hash_sources(files: Sequence[Path], max_pixels: int) -> Hashes:
    """Hashes images as they came: upright, transparency over white.

    Args:
        files: that preprocess could read.
        max_pixels: of an image.

    Returns:
        uint8 [N, BITS / 8], 8 bits a byte.
    """
    return _hash_all(lambda place: _open(files[place], max_pixels), len(files), "hash sources")


def _open(file: Path, max_pixels: int) -> Image.Image:
    source = read(file, max_pixels)
    if not isinstance(source, SourceImage):
        raise source
    image = open_image(source.encoded)
    if not image.has_transparency_data:
        return image
    opaque = image.convert("RGBA")
    return Image.alpha_composite(Image.new("RGBA", opaque.size, "white"), opaque)


def _hash_all(opened: Callable[[int], Image.Image], count: int, label: str) -> Hashes:
    starts = range(0, count, CHUNK)

    def hash_chunk(start: int) -> Hashes:
        return _hash_images(opened(place) for place in range(start, min(start + CHUNK, count)))

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        hashes = list(track(pool.map(hash_chunk, starts), label, "chunk", len(starts)))
    return np.concatenate([np.zeros((0, BITS // 8), np.uint8), *hashes])


def _hash_images(images: Iterable[Image.Image]) -> Hashes:
    bits = [imagehash.phash(image, SIDE).hash.ravel() for image in images]
    return np.packbits(np.stack(bits), axis=1)
