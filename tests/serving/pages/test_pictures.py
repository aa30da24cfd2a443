import base64
import io

import numpy as np
from PIL import Image

from serving.api.service import Service
from serving.pages import pictures
from tests.serving.bundles import blank, signature


def test_a_picture_is_what_the_network_sees(service: Service) -> None:
    shown = pictures.as_seen(service.embedder, signature(1, 0))
    assert shown is not None
    encoded = base64.b64decode(shown.partition("base64,")[2])
    pixels = np.asarray(Image.open(io.BytesIO(encoded)))
    assert np.array_equal(pixels[:, :, None], service.embedder.pixels(signature(1, 0)))


def test_an_image_that_cannot_be_used_has_none(service: Service) -> None:
    assert pictures.as_seen(service.embedder, blank()) is None


def test_colours_are_kept() -> None:
    pixels = np.zeros((2, 3, 3), np.uint8)
    pixels[0, 0] = (255, 0, 7)
    encoded = base64.b64decode(pictures.address(pixels).partition("base64,")[2])
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(encoded))), pixels)
