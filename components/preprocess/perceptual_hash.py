"""Perceptual hashes: alike images have hashes that differ in few bits.

An image is hashed as it came, which finds a copy that was scaled or saved anew, and as it was
prepared, which finds one with other margins.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import imagehash
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from components.shared.data.decoding import to_grey
from components.shared.runtime import cores
from components.shared.runtime.progress import track

SIDE = 16
BITS = SIDE * SIDE
"""64, as pHash has by default, do not tell two signatures of one hand apart."""
CHUNK = 256

Hashes = NDArray[np.uint8]


def hash_grey(image: NDArray[np.uint8]) -> bytes:
    """Hashes a grey image, uint8 [h, w]; returns BITS / 8 bytes."""
    bits = imagehash.phash(Image.fromarray(image), SIDE).hash
    return np.packbits(bits.ravel()).tobytes()


def join(hashes: Sequence[bytes]) -> Hashes:
    """Returns hashes as uint8 [N, BITS / 8]."""
    return np.frombuffer(b"".join(hashes), np.uint8).reshape(len(hashes), BITS // 8)


def hash_prepared(images: NDArray[np.uint8]) -> Hashes:
    """Hashes prepared images, on all cores.

    Args:
        images: uint8 [N, H, W, C], in memory or mapped.

    Returns:
        uint8 [N, BITS / 8], 8 bits a byte.
    """
    starts = range(0, len(images), CHUNK)

    def hash_chunk(start: int) -> Hashes:
        return join([hash_grey(to_grey(image)[:, :, 0]) for image in images[start : start + CHUNK]])

    with ThreadPoolExecutor(cores.available()) as pool:
        hashes = list(track(pool.map(hash_chunk, starts), "hash prepared", "chunk", len(starts)))
    return np.concatenate([join([]), *hashes])
