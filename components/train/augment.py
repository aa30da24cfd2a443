"""Natural variation for signatures and photos: a small affine change and, for ink, a change of stroke thickness."""

import cv2
import numpy as np
from numpy.typing import NDArray

# The largest changes at strength 1. Slant, proportions and stroke width also tell a forger's hand: an embedder that is
# taught to overlook much of them tells forgeries worse.
ROTATION = 10.0  # degrees
SCALE = 0.2
SHEAR = 0.2
SHIFT = 0.1  # of the side
THICKNESS = 1.0  # probability


def augment(image: NDArray[np.uint8], strength: float, random: np.random.Generator) -> NDArray[np.uint8]:
    """One varied copy of an image.

    Args:
        image: uint8 [H, W, C]; one channel is ink on white paper.
        strength: 0 (none) to 1.
        random: the source of all draws.

    Returns:
        uint8 [H, W, C].
    """
    grey = image.shape[2] == 1
    result = cv2.warpAffine(
        image,
        _affine(image.shape[0], image.shape[1], strength, random),
        (image.shape[1], image.shape[0]),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT if grey else cv2.BORDER_REPLICATE,
        borderValue=(255.0, 255.0, 255.0),
    )
    if grey and random.random() < strength * THICKNESS:
        change = cv2.erode if random.random() < 0.5 else cv2.dilate
        share = random.uniform(0.2, 0.8)
        changed = change(result, np.ones((2, 2), np.uint8))
        result = cv2.addWeighted(result, 1 - share, changed, share, 0)
    return result.reshape(image.shape).astype(np.uint8, copy=False)


def _affine(height: int, width: int, strength: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Rotation, scale, shear and shift about the centre, as a 2×3 matrix."""
    angle = np.deg2rad(strength * random.uniform(-ROTATION, ROTATION))
    scale = 1 + strength * random.uniform(-SCALE, SCALE, 2)
    shear = strength * random.uniform(-SHEAR, SHEAR)
    rotate = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = rotate @ np.array([[1, shear], [0, 1]]) @ np.diag(scale)
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    shift = strength * random.uniform(-SHIFT, SHIFT, 2) * (width, height)
    return np.column_stack([linear, centre - linear @ centre + shift])
