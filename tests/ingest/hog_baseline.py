"""An untrained baseline: histograms of oriented gradients, and error rates by brute force."""

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
HEIGHT, WIDTH, CELL, ORIENTATIONS = 64, 112, 8, 9


def shape(png: bytes) -> NDArray[np.uint8]:
    """Returns the ink alone, 255 on 0: smoothed, binarised by Otsu, cropped, centred: [64, 112]."""
    grey = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_GRAYSCALE)
    assert grey is not None
    _, ink = cv2.threshold(
        cv2.GaussianBlur(grey, (5, 5), 0), 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU
    )
    rows, columns = np.nonzero(ink)
    ink = ink[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = min(HEIGHT / ink.shape[0], WIDTH / ink.shape[1])
    size = max(1, round(ink.shape[1] * scale)), max(1, round(ink.shape[0] * scale))
    small = cv2.resize(ink, size, interpolation=cv2.INTER_AREA)
    top, left = (HEIGHT - size[1]) // 2, (WIDTH - size[0]) // 2
    whole = np.zeros((HEIGHT, WIDTH), np.uint8)
    whole[top : top + size[1], left : left + size[0]] = small
    return whole


def hog(png: bytes) -> Floats:
    """Computes a vector [features] of length one per 2 × 2 cells: histograms of orientations."""
    descriptor = cv2.HOGDescriptor((WIDTH, HEIGHT), (16, 16), (8, 8), (CELL, CELL), ORIENTATIONS)
    return np.asarray(descriptor.compute(shape(png)), np.float64).ravel()


def hogs(pngs: list[bytes]) -> Floats:
    """Computes the vectors of images: [n, features]."""
    return np.stack([hog(png) for png in pngs])


def distances(first: Floats, second: Floats) -> Floats:
    """Computes the Euclidean distances of all pairs: [n, m]."""
    return np.stack([np.sqrt(((second - one) ** 2).sum(axis=1)) for one in first])


def eer(genuine: Floats, impostor: Floats) -> float:
    """Computes the equal error rate by trying every distance as the threshold."""
    thresholds = np.unique(np.concatenate([genuine, impostor]))
    frr = np.array([(genuine > t).mean() for t in thresholds])
    far = np.array([(impostor <= t).mean() for t in thresholds])
    nearest = int(np.abs(far - frr).argmin())
    return float(far[nearest] + frr[nearest]) / 2


def auc(higher: Floats, lower: Floats) -> float:
    """Computes the chance that a draw of `higher` exceeds one of `lower`; ties count half."""
    difference = higher[:, None] - lower[None, :]
    return float((difference > 0).mean() + 0.5 * (difference == 0).mean())
