"""Geometry of augmentation: inverse affine maps, smooth displacements, resampling along both."""

import math
from functools import lru_cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from components.train.params import AugmentParams

PAPER = (255.0, 255.0, 255.0)
ELASTIC_CELLS = 4  # of the coarse grid of displacements, over the height

Pixels = NDArray[Any]
F32 = NDArray[np.float32]


def inverse_affine(
    height: int,
    width: int,
    params: AugmentParams,
    draws: NDArray[np.float64],
    flip: NDArray[np.bool_],
) -> F32:
    """Returns the affine maps from each pixel (x, y) of a copy to its place in the original.

    The forward map scales, shears and rotates about the centre, then shifts. The maps of a batch
    are computed together, since threads that run many small Python steps block each other.

    Args:
        height: of the images, in pixels.
        width: of the images, in pixels.
        params: the largest changes.
        draws: float [B, 6], −1 to 1: rotation, scale in x and y, shear, shift in x and y.
        flip: bool [B], exchanges left and right.

    Returns:
        float32 [B, 2, 3].
    """
    angle = np.radians(params.rotation * draws[:, 0])
    scale = 1 + params.scale * draws[:, 1:3]
    scale[:, 0] *= np.where(flip, -1, 1)
    shear = _matrices(1, params.shear * draws[:, 3], 0, 1)
    rotation = _matrices(np.cos(angle), -np.sin(angle), np.sin(angle), np.cos(angle))
    back = np.linalg.inv(rotation @ shear * scale[:, np.newaxis])
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    shift = params.shift * draws[:, 4:] * (width, height)
    offset = centre[:, np.newaxis] - back @ (centre + shift)[..., np.newaxis]
    return np.concatenate([back, offset], axis=2).astype(np.float32)


def _matrices(*entries: NDArray[np.float64] | float) -> NDArray[np.float64]:
    """Returns 2×2 matrices, [B, 2, 2], of their four entries, row by row."""
    return np.stack(np.broadcast_arrays(*entries), axis=-1).reshape(-1, 2, 2)


def warp(image: Pixels, inverse: F32, field: F32 | None) -> Pixels:
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
    """Returns the place (x, y) of each pixel, float32 [H, W, 2]."""
    rows, columns = np.mgrid[:height, :width]
    return np.stack([columns, rows], axis=2).astype(np.float32)


def displacements(shape: tuple[int, int, int], largest: float, random: np.random.Generator) -> F32:
    """Draws smooth fields of displacements, float32 [B, H, W, 2].

    A cubic B-spline, which is a weighted mean, interpolates uniform noise on a coarse grid.

    Args:
        shape: (B, H, W).
        largest: displacement along an axis, in pixels.
        random: the generator.
    """
    count, height, width = shape
    cell = height / ELASTIC_CELLS
    rows, columns = _spline_weights(height, cell), _spline_weights(width, cell)
    size = (count, 2, rows.shape[1], columns.shape[1])
    noise = random.uniform(-largest, largest, size).astype(np.float32)
    return np.ascontiguousarray((rows @ noise @ columns.T).transpose(0, 2, 3, 1))


@lru_cache(maxsize=8)
def _spline_weights(size: int, cell: float) -> F32:
    """Returns the weights of a cubic B-spline's knots at each pixel, [size, knots].

    Knots are one `cell` apart and each row sums to 1. A pixel on a knot weighs it 2/3 and its
    neighbours 1/6 each; a pixel midway between two knots weighs them and the next ones
    1/48, 23/48, 23/48, 1/48.
    """
    place = np.arange(size) / cell
    distance = np.abs(place[:, np.newaxis] - np.arange(-1, math.floor(place[-1]) + 3))
    near = 2 / 3 - distance**2 + distance**3 / 2
    far = np.maximum(2 - distance, 0) ** 3 / 6
    return np.where(distance < 1, near, far).astype(np.float32)
