"""Images as the network sees them, for pages that fetch nothing: PNG within the page."""

import base64
import io

import numpy as np
import numpy.typing as npt
from PIL import Image

from components.shared.data.outcomes import Rejected
from serving.engine.embedder import Embedder
from serving.store.people import People


def as_seen(embedder: Embedder, encoded: bytes) -> str | None:
    """Returns an image as the network sees it, as a `data:` address; None: it cannot be used."""
    try:
        return address(embedder.pixels(encoded))
    except Rejected:
        return None


def reference(embedder: Embedder, people: People, person_id: str, reference_id: str) -> str | None:
    """Returns a reference's image as the network sees it; None where it is not kept.

    Raises:
        Unknown: the person has no such reference.
    """
    stored = people.image(person_id, reference_id)
    return None if stored is None else as_seen(embedder, stored.encoded)


def address(pixels: npt.NDArray[np.uint8]) -> str:
    """Returns pixels, uint8 [H, W, C] with C of 1 or 3, as a PNG's `data:` address."""
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return f"data:image/png;base64,{base64.b64encode(buffer.getvalue()).decode()}"
