"""Natural variation for signatures and photos, in NumPy and OpenCV: geometry, thickness of strokes,
colour.

All geometry is one resampling: each pixel of the result is looked up where the inverse affine map,
and a smooth field of small displacements, point to. All colour is one matrix.

Sources: P. Simard et al., Best Practices for Convolutional Neural Networks Applied to Visual
Document Analysis, ICDAR 2003 (elastic); P. Haeberli, Matrix Operations for Image Processing, 1993
(hue and saturation about the grey axis).
"""

import math
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from components.shared.runtime.errors import InputError
from components.train.params import AugmentParams

PAPER = (255.0, 255.0, 255.0)
CELLS = 4  # of the elastic field, over the height
STROKE = 1 / 48  # of the height, by which strokes grow or shrink at most

U8 = NDArray[np.uint8]
Pixels = NDArray[Any]
F32 = NDArray[np.float32]


def demand_fitting(params: AugmentParams, channels: int) -> None:
    """Says which changes have no meaning for images of so many channels.

    Raises:
        InputError: hue or saturation of grey images, thickness of strokes in RGB.
    """
    names, are = (("hue", "saturation"), "grey") if channels == 1 else (("thickness",), "RGB")
    if senseless := [name for name in names if getattr(params, name)]:
        raise InputError(
            f"train.augment.{senseless[0]} is {getattr(params, senseless[0]):g}, "
            f"which has no meaning for the prepared images, which are {are}: set it to 0"
        )


def augment(images: U8, params: AugmentParams, random: np.random.Generator) -> U8:
    """One varied copy of each image.

    Args:
        images: uint8 [B, H, W, C]; one channel is ink on white paper, or a grey photo; three are
            RGB.
        params: the largest changes; all 0 gives the images as they are.
        random: the source of all draws. To switch one change on leaves the draws of the others as
            they were.

    Returns:
        uint8 [B, H, W, C]. What comes in from outside is white in grey images, the edge repeated in
        RGB.
    """
    count, height, width, channels = images.shape
    affine, colour = random.uniform(-1, 1, (count, 6)), random.uniform(-1, 1, (count, 4))
    chance, stroke = random.random((count, 2)), random.uniform(-1, 1, (count,))
    fields = (
        _fields(count, height, width, params.elastic * height, random) if params.elastic else None
    )
    inverse = _inverse(height, width, params, affine, params.flip & (chance[:, 0] < 0.5))
    result = np.empty_like(images)
    for i, image in enumerate(images):
        varied = _warp(image, inverse[i], None if fields is None else fields[i])
        if chance[i, 1] < params.thickness:
            varied = _thickness(varied, stroke[i])
        if params.brightness or params.contrast or params.hue or params.saturation:
            varied = cv2.transform(varied, _colour(varied, params, colour[i]))
        result[i] = varied.reshape(height, width, channels)
    return result


def _inverse(
    height: int,
    width: int,
    params: AugmentParams,
    draw: NDArray[np.float64],
    flip: NDArray[np.bool_],
) -> F32:
    """Where each pixel (x, y) of each result comes from: shift, rotation, shear and scale about the
    centre, [B, 2, 3].

    The draws are [B, 6]. All at once: threads that do little things in Python hold each other up.
    """
    angle = np.radians(params.rotation * draw[:, 0])
    scale = 1 + params.scale * draw[:, 1:3]
    scale[:, 0] *= np.where(flip, -1, 1)
    sheared = _matrices(1, params.shear * draw[:, 3], 0, 1)
    rotated = _matrices(np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle))
    back = np.linalg.inv(rotated @ sheared * scale[:, np.newaxis])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    shift = params.shift * draw[:, 4:] * (width, height)
    offset = centre[:, np.newaxis] - back @ (centre + shift)[..., np.newaxis]
    return np.concatenate([back, offset], axis=2).astype(np.float32)


def _matrices(*entries: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """2×2 matrices, [B, 2, 2], of their entries by rows."""
    return np.stack(np.broadcast_arrays(*entries), axis=-1).reshape(-1, 2, 2)


def _warp(image: Pixels, inverse: F32, field: F32 | None) -> Pixels:
    """Resamples uint8 [H, W, C] along the inverse map and, if any, a field of displacements,
    float32 [H, W, 2].
    """
    height, width, channels = image.shape
    border = cv2.BORDER_CONSTANT if channels == 1 else cv2.BORDER_REPLICATE
    if field is None:
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return cv2.warpAffine(image, inverse, (width, height), None, flags, border, PAPER)
    places = cv2.transform(_grid(height, width), inverse) + field
    x, y = cv2.split(places)
    return cv2.remap(image, x, y, cv2.INTER_LINEAR, None, border, PAPER)


@lru_cache(maxsize=4)
def _grid(height: int, width: int) -> F32:
    """The place (x, y) of each pixel, float32 [H, W, 2]."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows], axis=2).astype(np.float32)


def _fields(
    count: int, height: int, width: int, largest: float, random: np.random.Generator
) -> F32:
    """Smooth displacements of at most `largest` pixels along each axis, float32 [count, H, W, 2].

    Uniform noise on a coarse grid, between which a cubic B-spline, a weighted mean, goes smoothly.
    """
    rows, columns = _spline(height, height / CELLS), _spline(width, height / CELLS)
    noise = random.uniform(-largest, largest, (count, 2, rows.shape[1], columns.shape[1])).astype(
        np.float32
    )
    return np.ascontiguousarray((rows @ noise @ columns.T).transpose(0, 2, 3, 1))


@lru_cache(maxsize=8)
def _spline(size: int, cell: float) -> F32:
    """The weights of a cubic B-spline's knots, one `cell` apart, at each pixel; [size, knots], rows
    sum to 1.
    """
    place = np.arange(size) / cell
    distance = np.abs(place[:, np.newaxis] - np.arange(-1, math.floor(place[-1]) + 3))
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.maximum(2 - distance, 0) ** 3 / 6
    return np.where(distance < 1, near, far).astype(np.float32)


def _thickness(image: Pixels, change: float) -> Pixels:
    """Grows dark strokes (change 0 to 1) by erosion of the paper, or shrinks them (−1 to 0) by its
    dilation.
    """
    kernel = np.ones(2 * [1 + max(1, round(image.shape[0] * STROKE))], np.uint8)
    changed = (cv2.erode if change > 0 else cv2.dilate)(image, kernel)
    return cv2.addWeighted(image, 1 - abs(change), changed, abs(change), 0)


def _colour(image: Pixels, params: AugmentParams, draw: NDArray[np.float64]) -> NDArray[np.float64]:
    """Contrast about the image's mean, then hue and saturation, then brightness, as a matrix [C, C
    + 1].
    """
    channels = 1 if image.ndim == 2 else image.shape[2]
    contrast = 1 + params.contrast * draw[0]
    turn = (
        _turn(params.hue * draw[2], 1 + params.saturation * draw[3]) if channels == 3 else np.eye(1)
    )
    mean = np.array(cv2.mean(image)[:channels])
    offset = turn @ mean * (1 - contrast) + 255 * params.brightness * draw[1]
    return np.column_stack([turn * contrast, offset])


def _turn(hue: float, saturation: float) -> NDArray[np.float64]:
    """Turns RGB about the grey axis by a fraction of the circle (Rodrigues) and scales the distance
    from it; 3×3.
    """
    sine, cosine = math.sin(2 * math.pi * hue), math.cos(2 * math.pi * hue)
    grey = np.full((3, 3), 1 / 3)
    across = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    colour = cosine * (np.eye(3) - grey) + sine * across
    turned: NDArray[np.float64] = grey + saturation * colour
    return turned
