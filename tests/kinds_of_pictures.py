"""Pictures of every format that is taken, and how preprocess and the service read them."""

import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from components.preprocess.normalising import build_normaliser
from components.preprocess.params import PreprocessParams
from components.shared.data import image_conversion
from components.shared.data.decoding import decode
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import PNG
from components.shared.data.outcomes import Rejected
from components.shared.data.pixel_budget import PixelBudget
from components.shared.runtime.errors import InputError
from serving.engine.uploads import MAX_PIXELS, to_pixels
from tests.kinds_of_files import Kind
from tests.pictures import colours, encode, strokes

FILE = "picture"
SHAPE = Normalisation(height=16, width=24, mode="none")
WRITING = build_normaliser(PreprocessParams())
PHOTOGRAPHS = build_normaliser(PreprocessParams(height=16, width=24, mode="none"))
GREY, COLOUR = strokes(0, 24, 40), colours(0, 3, 24, 40)
TURNED = Image.Exif()
TURNED[0x0112] = 6
WIDE = Image.fromarray(GREY.astype(np.uint16) * 257)
TRANSPARENT = Image.fromarray(np.dstack([COLOUR, GREY]))


def _behind_the_pixels(png: bytes, name: bytes) -> bytes:
    """Moves a chunk of a PNG to its end, where EXIF may stand, too."""
    start = png.index(name) - 4
    stop = start + 12 + int.from_bytes(png[start : start + 4])
    return png[:start] + png[stop:-12] + png[start:stop] + png[-12:]


PICTURES = {
    "png grey": encode(GREY),
    "png colour": encode(COLOUR),
    "png 16 bit": encode(WIDE),
    "png palette": encode(Image.fromarray(COLOUR).quantize(16), transparency=3),
    "png transparent": encode(TRANSPARENT),
    "png turned": _behind_the_pixels(encode(GREY, exif=TURNED.tobytes()), b"eXIf"),
    "jpeg": encode(COLOUR, "jpeg"),
    "jpeg turned": encode(GREY, "jpeg", exif=TURNED.tobytes()),
    "jpeg cmyk": encode(Image.fromarray(COLOUR).convert("CMYK"), "jpeg"),
    "tiff": encode(GREY, "tiff", compression="tiff_adobe_deflate"),
    "bmp": encode(COLOUR, "bmp"),
    "gif": encode(GREY, "gif"),
    "webp": encode(COLOUR, "webp", lossless=True),
    "jpeg 2000": encode(GREY, "jpeg2000"),
    "avif": encode(COLOUR, "avif"),
    "ppm": encode(COLOUR, "ppm"),
    "pcx": encode(GREY, "pcx"),
    "sgi": encode(COLOUR, "sgi"),
    "tga": encode(COLOUR, "tga", compression="tga_rle"),
}


def reader(name: str) -> Callable[[Path], None]:
    """Returns a function that reads a picture with both readers, and demands that it is true."""
    return lambda folder: _read(PICTURES[name], folder / FILE)


def _read(original: bytes, path: Path) -> None:
    data = path.read_bytes()
    served = _serve(data)
    source = image_conversion.read(path, MAX_PIXELS)
    if isinstance(source, Rejected):
        _demand_one_line(source)
        assert isinstance(served, Rejected)
        raise InputError(str(source))
    WRITING([source.encoded])
    (prepared,) = PHOTOGRAPHS([source.encoded])
    if isinstance(prepared, Rejected):
        _demand_one_line(prepared)
        assert isinstance(served, Rejected)
        raise InputError(str(prepared))
    if not isinstance(served, Rejected):
        assert np.array_equal(prepared.pixels, served)
    else:
        assert "not taken" in str(served)
    if original.startswith(PNG) and not _is_intact(data):
        assert np.array_equal(decode(source.encoded, 3), _pixels(original))


def _demand_one_line(reason: Rejected) -> None:
    assert len(str(reason).splitlines()) == 1


def _pixels(original: bytes) -> npt.NDArray[np.uint8]:
    return decode(image_conversion.to_png_or_jpeg(original, MAX_PIXELS).encoded, 3)


def _serve(data: bytes) -> npt.NDArray[np.uint8] | Rejected:
    try:
        return to_pixels(data, SHAPE, PixelBudget(MAX_PIXELS))
    except Rejected as reason:
        return reason


def _is_intact(png: bytes) -> bool:
    """Tells whether the checksums of a PNG hold to its end, so that nothing could notice damage."""
    place, name = 8, b""
    while name != b"IEND" and place < len(png):
        stop = place + 8 + int.from_bytes(png[place : place + 4])
        name = png[place + 4 : place + 8]
        if png[stop : stop + 4] != zlib.crc32(png[place + 4 : stop]).to_bytes(4):
            return False
        place = stop + 4
    return name == b"IEND"


def _kind(name: str) -> Kind:
    return Kind(FILE, lambda folder: (folder / FILE).write_bytes(PICTURES[name]), reader(name))


FILES = {name: _kind(name) for name in PICTURES}
