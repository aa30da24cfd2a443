"""Drawn pages, for measurements of what does not depend on whose they are."""

import io

import numpy as np
from PIL import Image, ImageDraw


def drawn(seed: int, height: int = 300) -> bytes:
    """Draws strokes on a page twice as wide as high; encoded as PNG.

    Args:
        seed: of the strokes.
        height: of the page, in pixels.
    """
    rng = np.random.default_rng(seed)
    page = Image.new("L", (2 * height, height), 235)
    points = rng.uniform([0.03, 0.07], [0.97, 0.93], (9, 2)) * [2 * height, height]
    line = [(float(x), float(y)) for x, y in points]
    ImageDraw.Draw(page).line(line, fill=40, width=max(height // 60, 2), joint="curve")
    stream = io.BytesIO()
    page.save(stream, "png")
    return stream.getvalue()
