"""Augmentation of signatures and photos, in NumPy and OpenCV: geometry, stroke thickness, colour.

All geometry is one resampling: the inverse affine map, plus a smooth field of small displacements,
says from which place of the original each pixel is read. All colour is one matrix.

Sources: P. Simard et al., Best Practices for Convolutional Neural Networks Applied to Visual
Document Analysis, ICDAR 2003 (elastic); P. Haeberli, Matrix Operations for Image Processing, 1993
(hue and saturation about the grey axis).
"""

import math
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from components.train.data.geometry import displacements, inverse_affine, warp
from components.train.params import AugmentParams

MAX_STROKE_CHANGE = 1 / 48  # of the height

U8 = NDArray[np.uint8]
Pixels = NDArray[Any]


def augment(images: U8, params: AugmentParams, random: np.random.Generator) -> U8:
    """Returns one varied copy of each image.

    Args:
        images: uint8 [B, H, W, C]; one channel is ink on white paper, or a grey photo; three are
            RGB.
        params: the largest changes; all 0 gives the images as they are. Thickness is of strokes:
            images in RGB keep theirs.
        random: the generator. Switching one change on leaves the draws of the others as they were.

    Returns:
        uint8 [B, H, W, C]. Pixels from outside the original are white in grey images and repeat the
        edge in RGB.
    """
    count, height, width, channels = images.shape
    affine = random.uniform(-1, 1, (count, 6))
    colour = random.uniform(-1, 1, (count, 4))
    chance = random.random((count, 2))
    stroke = random.uniform(-1, 1, (count,))
    fields = None
    if params.elastic:
        fields = displacements((count, height, width), params.elastic * height, random)
    inverse = inverse_affine(height, width, params, affine, params.flip & (chance[:, 0] < 0.5))
    result = np.empty_like(images)
    for i, image in enumerate(images):
        copy = warp(image, inverse[i], None if fields is None else fields[i])
        if channels == 1 and chance[i, 1] < params.thickness:
            copy = _change_thickness(copy, stroke[i])
        if params.brightness or params.contrast or params.hue or params.saturation:
            copy = cv2.transform(copy, _colour_matrix(copy, params, colour[i]))
        result[i] = copy.reshape(height, width, channels)
    return result


def _change_thickness(image: Pixels, change: float) -> Pixels:
    """Thickens dark strokes by erosion of the paper (change 0 to 1) or thins them by its dilation
    (−1 to 0).
    """
    kernel = np.ones(2 * [1 + max(1, round(image.shape[0] * MAX_STROKE_CHANGE))], np.uint8)
    changed = (cv2.erode if change > 0 else cv2.dilate)(image, kernel)
    return cv2.addWeighted(image, 1 - abs(change), changed, abs(change), 0)


def _colour_matrix(
    image: Pixels, params: AugmentParams, draws: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Returns the change of colour as an affine map [C, C + 1].

    Contrast about the image's mean comes first, then hue and saturation, then brightness.

    Args:
        image: uint8 [H, W] or [H, W, C].
        params: the largest changes.
        draws: float [4], −1 to 1: contrast, brightness, hue, saturation.
    """
    channels = 1 if image.ndim == 2 else image.shape[2]
    contrast = 1 + params.contrast * draws[0]
    turn = np.eye(1)
    if channels == 3:
        turn = _hue_matrix(params.hue * draws[2], 1 + params.saturation * draws[3])
    mean = np.array(cv2.mean(image)[:channels])
    offset = turn @ mean * (1 - contrast) + 255 * params.brightness * draws[1]
    return np.column_stack([turn * contrast, offset])


def _hue_matrix(hue: float, saturation: float) -> NDArray[np.float64]:
    """Returns the 3×3 matrix that turns RGB about the grey axis and scales the distance from it.

    Args:
        hue: the angle as a fraction of the circle, by Rodrigues' formula.
        saturation: the factor.
    """
    sine, cosine = math.sin(2 * math.pi * hue), math.cos(2 * math.pi * hue)
    grey = np.full((3, 3), 1 / 3)
    across = np.array([[0, -1, 1], [1, 0, -1], [-1, 1, 0]]) / math.sqrt(3)
    colour = cosine * (np.eye(3) - grey) + sine * across
    matrix: NDArray[np.float64] = grey + saturation * colour
    return matrix
