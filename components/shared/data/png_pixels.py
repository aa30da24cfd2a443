"""The pixels of a PNG by Pillow's filters, equal to those that libpng decodes inside the graph."""

import zlib
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from PIL import Image

from components.shared.data.normalisation_rules import DAMAGED
from components.shared.data.outcomes import Rejected
from components.shared.data.png_chunks import PALETTE, SAMPLES, PngParts, inflate, read_png

U8 = npt.NDArray[np.uint8]
_ADAM7 = (
    (0, 0, 8, 8),
    (0, 4, 8, 8),
    (4, 0, 8, 4),
    (0, 2, 4, 4),
    (2, 0, 4, 2),
    (0, 1, 2, 2),
    (1, 0, 2, 1),
)
"""First row and column of each pass, and its steps."""
_MODES = {1: "L", 2: "LA", 3: "RGB", 4: "RGBA"}
"""Pillow's mode for a number of bytes a pixel."""
_FILTERS = 5


class _Pass(NamedTuple):
    """The pixels of an image that stand together in its data."""

    top: int
    left: int
    down: int
    right: int
    height: int
    width: int


def decode_png(encoded: bytes, channels: int) -> U8:
    """Decodes a PNG as `tf.io.decode_png` does.

    Args:
        encoded: bytes that begin as a PNG.
        channels: 1: grey, of a grey image without its transparency; 3: colours likewise; 4: with
            transparency.

    Returns:
        uint8 [h, w, channels]; of 16 bits the upper 8.

    Raises:
        Rejected: it is damaged.
    """
    parts = read_png(encoded)
    samples = _samples(parts)
    if parts.colour_type == PALETTE:
        return _from_palette(samples[:, :, 0], parts)[:, :, :channels]
    colours = 1 if parts.colour_type in (0, 4) else 3
    pixels = _upper(samples, parts.depth)
    wanted = colours if channels == 1 else 3
    result = np.empty((parts.height, parts.width, max(wanted, channels)), np.uint8)
    result[:, :, :wanted] = pixels[:, :, :colours]
    if channels == 4:
        if pixels.shape[2] > colours:
            result[:, :, 3] = pixels[:, :, -1]
        elif parts.transparency is None:
            result[:, :, 3] = _opaque(parts.depth)
        else:
            level = np.frombuffer(parts.transparency, ">u2") & (2**parts.depth - 1)
            result[:, :, 3] = np.where((samples == level).all(axis=2), 0, 255)
    return result


def _upper(samples: npt.NDArray[np.integer], depth: int) -> U8:
    """Returns samples of any depth as 8 bits."""
    if depth == 16:
        return (samples >> 8).astype(np.uint8)
    if depth < 8:
        samples = samples * (255 // (2**depth - 1))
    return samples.astype(np.uint8, copy=False)


def _opaque(depth: int) -> int:
    """Returns the alpha that TensorFlow asks libpng for: little where samples have few bits."""
    return min((1 << depth) - 1, 255)


def _from_palette(places: npt.NDArray[np.integer], parts: PngParts) -> U8:
    """Returns uint8 [h, w, 4]; beyond the palette is black."""
    table = np.zeros((256, 4), np.uint8)
    table[: len(parts.palette) // 3, :3] = np.frombuffer(parts.palette, np.uint8).reshape(-1, 3)
    if parts.transparency is None:
        table[:, 3] = _opaque(parts.depth)
    else:
        table[:, 3] = 255
        table[: len(parts.transparency), 3] = np.frombuffer(parts.transparency, np.uint8)
    colours = np.take(table.view(np.uint32)[:, 0], places)  # four bytes at a time
    return colours.view(np.uint8).reshape(*places.shape, 4)


def _samples(parts: PngParts) -> npt.NDArray[np.integer]:
    """Returns all samples, uint8 or, of 16 bits, uint16: [h, w, samples]."""
    per_pixel = SAMPLES[parts.colour_type]
    passes = _passes(parts)
    lengths = [1 + (each.width * per_pixel * parts.depth + 7) // 8 for each in passes]
    rows = [
        length for each, length in zip(passes, lengths, strict=True) for _ in range(each.height)
    ]
    data = inflate(parts.data, rows)
    result = np.empty(
        (parts.height, parts.width, per_pixel), np.uint16 if parts.depth == 16 else np.uint8
    )
    place = 0
    for each, length in zip(passes, lengths, strict=True):
        block = np.frombuffer(data, np.uint8, each.height * length, place)
        place += block.size
        lines = _unfilter(block.reshape(each.height, length), max(1, per_pixel * parts.depth // 8))
        shape = (each.height, each.width, per_pixel)
        samples = _unpack(lines, parts.depth, each.width * per_pixel).reshape(shape)
        if len(passes) == 1 and not parts.interlaced:
            return samples
        result[each.top :: each.down, each.left :: each.right] = samples
    return result


def _passes(parts: PngParts) -> list[_Pass]:
    steps = _ADAM7 if parts.interlaced else ((0, 0, 1, 1),)
    passes = []
    for top, left, down, right in steps:
        height = len(range(top, parts.height, down))
        width = len(range(left, parts.width, right))
        if height and width:
            passes.append(_Pass(top, left, down, right, height, width))
    return passes


def _unpack(lines: U8, depth: int, samples: int) -> npt.NDArray[np.integer]:
    """Returns the samples of lines of bytes: [h, samples]."""
    if depth == 8:
        return lines
    if depth == 16:
        return lines.view(">u2").astype(np.uint16)
    bits = np.unpackbits(lines, axis=1).reshape(len(lines), -1, depth)
    weights = (1 << np.arange(depth)[::-1]).astype(np.uint8)
    return (bits @ weights)[:, :samples]


def _unfilter(filtered: U8, step: int) -> U8:
    """Undoes the filters of lines.

    Args:
        filtered: uint8 [h, 1 + n], the filter's number before each line.
        step: bytes of a pixel, from which the filters predict those of the next.

    Returns:
        uint8 [h, n], the lines.
    """
    numbers = filtered[:, 0]
    if numbers.max() >= _FILTERS:
        raise Rejected(DAMAGED)
    if not numbers.any():
        return np.ascontiguousarray(filtered[:, 1:])
    if step in _MODES:
        return _by_pillow(filtered, step)
    # The filters work on each byte of a pixel by itself: half of the bytes are an image too.
    lines = np.empty((len(filtered), filtered.shape[1] - 1), np.uint8)
    for half in (0, 1):
        part = np.concatenate([numbers[:, np.newaxis], filtered[:, 1 + half :: 2]], axis=1)
        lines[:, half::2] = _by_pillow(part, step // 2)
    return lines


def _by_pillow(filtered: U8, step: int) -> U8:
    height, length = filtered.shape
    mode = _MODES[step]
    stored = zlib.compress(filtered.data, 0)
    size = ((length - 1) // step, height)
    image = Image.frombytes(mode, size, stored, "zip", mode)
    return np.asarray(image).reshape(height, length - 1)
