import io

import numpy as np
import pytest
from PIL import Image

from components.shared.data.image_conversion import Rejected, to_png_or_jpeg
from tests.pictures import colours, encode, over_white, png_of_size, strokes

LIMIT = 50_000_000
PHOTO = Image.fromarray(colours(0, 3, 9, 12)).resize((64, 48), Image.Resampling.BICUBIC)


def _pixels(data: bytes, mode: str = "RGB") -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    return np.asarray(over_white(Image.open(io.BytesIO(data))).convert(mode))


@pytest.mark.parametrize(
    "data", [encode(strokes(0)), encode(strokes(0), "jpeg"), encode(PHOTO), encode(PHOTO, "jpeg")]
)
def test_png_and_jpeg_pass_unchanged(data: bytes) -> None:
    source = to_png_or_jpeg(data, LIMIT)
    assert source.encoded == data
    assert (source.width, source.height) == Image.open(io.BytesIO(data)).size


@pytest.mark.parametrize("orientation", [1, 6])
@pytest.mark.parametrize("form", ["png", "jpeg", "tiff"])
def test_what_a_file_says_of_itself_is_kept_even_where_it_is_converted(
    form: str, orientation: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = encode(PHOTO.convert("L"), form, dpi=(299.9994, 299.9994), exif=exif)
    assert to_png_or_jpeg(data, LIMIT)[3:] == ("L", 300, len(data))
    assert to_png_or_jpeg(encode(PHOTO.convert("P")), LIMIT)[3:5] == ("P", 0)


@pytest.mark.parametrize(
    "dpi", [(float("nan"), 1), (float("inf"), 1), ("a lot", 1), (), None, (-300, 1)]
)
def test_a_resolution_that_makes_no_sense_is_none(
    dpi: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = Image.open

    def opening(stream: io.BytesIO) -> Image.Image:
        image = opened(stream)
        image.info["dpi"] = dpi
        return image

    data = encode(PHOTO)
    monkeypatch.setattr(Image, "open", opening)
    assert to_png_or_jpeg(data, LIMIT).dpi == 0


@pytest.mark.parametrize("form", ["tiff", "bmp", "gif", "webp", "ppm", "tga"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_other_formats_become_a_png_of_the_same_pixels(form: str, mode: str) -> None:
    data = encode(PHOTO.convert(mode), form)
    source = to_png_or_jpeg(data, LIMIT)
    assert Image.open(io.BytesIO(source.encoded)).format == "PNG"
    np.testing.assert_array_equal(_pixels(source.encoded), _pixels(data))


@pytest.mark.parametrize("form", ["tiff", "webp", "gif"])
def test_transparency_is_kept_for_the_normalisation_to_whiten(form: str) -> None:
    image = Image.fromarray(colours(1, 4, 20, 20) // 128 * 255)
    data = encode(image, form, **({"lossless": True} if form == "webp" else {}))
    encoded = to_png_or_jpeg(data, LIMIT).encoded
    np.testing.assert_array_equal(_pixels(encoded), _pixels(data))
    clear = np.asarray(image)[:, :, 3] == 0
    assert (_pixels(encoded)[clear] == 255).all()


def test_cmyk_becomes_rgb() -> None:
    data = encode(PHOTO.convert("CMYK"), "jpeg")
    np.testing.assert_array_equal(_pixels(to_png_or_jpeg(data, LIMIT).encoded), _pixels(data))


@pytest.mark.parametrize("form", ["jpeg", "png", "tiff"])
@pytest.mark.parametrize(("orientation", "turn"), [(3, 2), (6, 3), (8, 1)])
def test_a_picture_taken_with_the_camera_turned_is_upright(
    form: str, orientation: int, turn: int
) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    source = to_png_or_jpeg(encode(PHOTO, form, exif=exif), LIMIT)
    upright = np.rot90(_pixels(encode(PHOTO, form)), turn)
    np.testing.assert_array_equal(_pixels(source.encoded), upright)
    assert (source.height, source.width) == upright.shape[:2]


def test_a_tiff_of_16_bits_keeps_the_upper_8() -> None:
    wide = np.arange(0, 65_536, 64, dtype=np.uint16).reshape(32, 32)
    encoded = to_png_or_jpeg(encode(Image.fromarray(wide), "tiff"), LIMIT).encoded
    np.testing.assert_array_equal(_pixels(encoded, "L"), wide >> 8)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"Dear Sir or Madam", "not an image"),
        (b"\x89PNG\r\n\x1a\n", "truncated or damaged|not an image"),
        (encode(PHOTO, "tiff")[:-3000], "truncated or damaged"),
        (encode(PHOTO, "webp")[:-200], "truncated or damaged|not an image"),
        (encode(Image.fromarray(np.ones((9, 9), np.float32)), "tiff"), "floating-point"),
        (png_of_size(8_000, 8_000), r"8000 × 8000 pixels are more than max_pixels \(50000000\)"),
        (png_of_size(40_000, 40_000), r"1600000000 pixels are more than max_pixels \(50000000\)"),
    ],
)
def test_what_cannot_be_used_is_rejected_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        to_png_or_jpeg(data, LIMIT)
