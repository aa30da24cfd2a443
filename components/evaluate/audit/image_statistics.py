"""Simple statistics of an image as the network sees it: tones, edges, strokes, the ink's box.

None of them says what was written; a network that finds them telling need not look at the writing.
"""

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.shared.runtime.progress import track

Grey = NDArray[np.uint8]
CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def describe(images: NDArray[np.uint8], rows: NDArray[np.intp]) -> pd.DataFrame:
    """Computes the statistics of prepared images.

    Args:
        images: uint8 [N, H, W, 1 or 3], paper light.
        rows: which images, n of them.

    Returns:
        float64 [n, S], finite, a statistic a column.
    """
    tracked = track(rows, "statistics", "image", len(rows))
    values = [statistics(_grey(np.asarray(images[row]))) for row in tracked]
    return pd.DataFrame(values, dtype=np.float64)


def statistics(grey: Grey) -> dict[str, float]:
    """Computes the statistics of one image, uint8 [H, W], by name; lengths in pixels.

    Ink is dark by Otsu's threshold. Its statistics are 0 on an image without ink, or of ink alone.
    """
    _, ink = cv2.threshold(grey, 0, 1, cv2.THRESH_BINARY_INV | cv2.THRESH_OTSU)
    inked, paper, boundary = ink > 0, ink == 0, cv2.erode(ink, CROSS) < ink
    width, height = cv2.boundingRect(ink)[2:]
    area = int(ink.sum())
    low, high = int(grey.min()), int(grey.max())
    slope = cv2.magnitude(cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1))
    between = (4 * (grey.astype(np.int32) - low) > high - low) & (
        4 * (high - grey.astype(np.int32)) > high - low
    )
    return {
        "background": float(np.median(grey)),
        "paper_tone": _mean(grey, paper),
        "paper_spread": _spread(grey, paper),
        "ink_tone": _mean(grey, inked),
        "ink_spread": _spread(grey, inked),
        "edge_strength": _mean(slope, boundary),
        "half_tones": float(between.sum()) / max(area, 1),
        "stroke_width": 2 * area / max(int(boundary.sum()), 1),
        "pieces": float(cv2.connectedComponents(ink)[0] - 1),
        "ink_density": area / max(width * height, 1),
        "box_height": float(height),
        "box_width": float(width),
        "box_aspect": float(np.log(max(width, 1) / max(height, 1))),
    }


def _grey(image: NDArray[np.uint8]) -> Grey:
    grey = image[..., 0] if image.shape[-1] == 1 else cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    return np.ascontiguousarray(grey, np.uint8)


def _mean(values: NDArray[np.number], where: NDArray[np.bool_]) -> float:
    return float(values[where].mean()) if where.any() else 0.0


def _spread(values: NDArray[np.number], where: NDArray[np.bool_]) -> float:
    return float(values[where].std()) if where.any() else 0.0
