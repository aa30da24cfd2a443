import io
import zlib
from typing import Literal

import numpy as np
from PIL import Image

from components.ingest.sample import paper
from components.ingest.sample.generate import MODES
from components.ingest.sample.strokes import Stroke

STROKE = Stroke(np.array([[0.0, 0.0], [0.5, 0.4], [1.0, 0.0]]), np.full(3, 0.02))


def sheet_of(mode: Literal["L", "P", "RGBA"]) -> paper.Paper:
    return paper.Paper(width=320, height=160, grey=240, ink=30, filled=0.8, mode=mode)


def test_a_palette_image_has_the_pixels_of_the_grey_one() -> None:
    images = {}
    for mode in MODES:
        png = paper.render([STROKE], sheet_of(mode), np.random.default_rng(0))
        image = Image.open(io.BytesIO(png))
        assert image.mode == mode
        images[mode] = np.asarray(image.convert("L"))
    assert (images["L"] == images["P"]).all()
    assert (images["L"] == images["RGBA"]).all()


def test_paper_and_ink_have_their_greys_and_the_writing_its_share() -> None:
    png = paper.render([STROKE], sheet_of("L"), np.random.default_rng(0))
    grey = np.asarray(Image.open(io.BytesIO(png)))
    assert grey.shape == (160, 320)
    assert np.median(grey) == 240
    assert 28 <= grey.min() <= 32
    assert grey.max() == 242  # a fibre
    columns = np.flatnonzero((grey < 120).any(axis=0))
    assert abs(columns[-1] - columns[0] - 0.8 * 320) < 12


def test_a_chunk_is_length_name_content_and_checksum() -> None:
    checksum = zlib.crc32(b"tEXtab").to_bytes(4, "big")
    assert paper._chunk(b"tEXt", b"ab") == b"\0\0\0\2tEXtab" + checksum
