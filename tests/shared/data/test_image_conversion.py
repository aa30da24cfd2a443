import io

import numpy as np
import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from components.shared.data.image_conversion import to_png_or_jpeg
from components.shared.data.outcomes import Rejected
from tests.pictures import colours, encode, over_white, png_chunk, png_of_size, strokes

LIMIT = 50_000_000
LOSSLESS: dict[str, dict[str, object]] = {
    "webp": {"lossless": True},
    "avif": {"quality": 100, "subsampling": "4:4:4"},
}
TIFF_OF_12_BITS = bytes.fromhex(
    "49492a0008000000"  # little-endian, the directory at 8
    "0800"
    "000103000100000003000000"  # width 3
    "010103000100000001000000"  # height 1
    "02010300010000000c000000"  # 12 bits a sample
    "030103000100000001000000"  # not compressed
    "060103000100000001000000"  # 0 is black
    "11010400010000006e000000"  # the samples at 110
    "160103000100000001000000"  # one row a strip
    "170104000100000005000000"  # 5 bytes
    "00000000"
    "000800fff0"  # 0x000, 0x800, 0xfff
)
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

    def opening(stream: io.BytesIO, formats: tuple[str, ...]) -> Image.Image:
        image = opened(stream, formats=formats)
        image.info["dpi"] = dpi
        return image

    data = encode(PHOTO)
    monkeypatch.setattr(Image, "open", opening)
    assert to_png_or_jpeg(data, LIMIT).dpi == 0


@pytest.mark.parametrize("form", ["tiff", "bmp", "gif", "webp", "avif", "ppm", "tga"])
@pytest.mark.parametrize("mode", ["L", "RGB"])
def test_other_formats_become_a_png_of_the_same_pixels(form: str, mode: str) -> None:
    data = encode(PHOTO.convert(mode), form)
    source = to_png_or_jpeg(data, LIMIT)
    assert Image.open(io.BytesIO(source.encoded)).format == "PNG"
    np.testing.assert_array_equal(_pixels(source.encoded), _pixels(data))


@pytest.mark.parametrize("form", ["tiff", "webp", "avif", "gif"])
def test_transparency_is_kept_for_the_normalisation_to_whiten(form: str) -> None:
    image = Image.fromarray(colours(1, 4, 20, 20) // 128 * 255)
    data = encode(image, form, **LOSSLESS.get(form, {}))
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


SIDEWAYS = Image.Exif()
SIDEWAYS[0x0112] = 6
XMP = '<rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'


def _png_with_text(keyword: str, text: str, chunk: str) -> bytes:
    info = PngInfo()
    if chunk == "iTXt":
        info.add_itxt(keyword, text)
    else:
        info.add_text(keyword, text, zip=chunk == "zTXt")
    return encode(PHOTO, pnginfo=info)


def _profile(exif: bytes) -> str:
    """Writes EXIF as ImageMagick does: its name, its length, and lines of 72 hexadecimal digits."""
    digits = exif.hex()
    lines = [digits[start : start + 72] for start in range(0, len(digits), 72)]
    return "\n".join(["", "exif", f"{len(exif):8}", *lines, ""])


@pytest.mark.parametrize("chunk", ["tEXt", "zTXt", "iTXt"])
@pytest.mark.parametrize(
    ("keyword", "text"),
    [
        ("Raw profile type exif", _profile(SIDEWAYS.tobytes())),
        ("Raw profile type exif", _profile(SIDEWAYS.tobytes().removeprefix(b"Exif\0\0"))),
        ("XML:com.adobe.xmp", XMP),
    ],
)
def test_a_png_that_names_its_orientation_in_text_is_upright(
    keyword: str, text: str, chunk: str
) -> None:
    data = _png_with_text(keyword, text, chunk)
    assert Image.open(io.BytesIO(data)).getexif().get(0x0112) == 6
    source = to_png_or_jpeg(data, LIMIT)
    np.testing.assert_array_equal(_pixels(source.encoded), np.rot90(_pixels(encode(PHOTO)), 3))
    assert (source.height, source.width) == (64, 48)


@pytest.mark.parametrize("form", ["jpeg", "webp", "avif", "tiff"])
def test_an_orientation_in_xmp_is_applied_in_every_format(form: str) -> None:
    options = {"tiffinfo": {700: XMP.encode()}} if form == "tiff" else {"xmp": XMP.encode()}
    source = to_png_or_jpeg(encode(PHOTO, form, **options), LIMIT)
    np.testing.assert_array_equal(
        _pixels(source.encoded), np.rot90(_pixels(encode(PHOTO, form)), 3)
    )


@pytest.mark.parametrize("text", ["", "\nexif\n 4\nno hexadecimal digits\n", _profile(b"rubbish")])
def test_an_orientation_that_cannot_be_read_leaves_a_picture_as_it_is(text: str) -> None:
    data = _png_with_text("Raw profile type exif", text, "tEXt")
    assert to_png_or_jpeg(data, LIMIT).encoded == data


def test_a_tiff_of_16_bits_keeps_the_upper_8() -> None:
    wide = np.arange(0, 65_536, 64, dtype=np.uint16).reshape(32, 32)
    encoded = to_png_or_jpeg(encode(Image.fromarray(wide), "tiff"), LIMIT).encoded
    np.testing.assert_array_equal(_pixels(encoded, "L"), wide >> 8)


def _ramp(bits: int) -> np.ndarray[tuple[int, ...], np.dtype[np.uint16]]:
    """Returns samples of `bits` bits in 16, the least and the greatest among them."""
    return np.linspace(0, 2**bits - 1, 32 * 32).astype(np.uint16).reshape(32, 32)


@pytest.mark.parametrize("bits", [8, 10, 12])
@pytest.mark.parametrize("form", ["png", "tiff"])
def test_samples_of_fewer_bits_in_16_keep_their_own_upper_8(form: str, bits: int) -> None:
    samples = _ramp(bits)
    encoded = to_png_or_jpeg(encode(Image.fromarray(samples), form), LIMIT).encoded
    assert Image.open(io.BytesIO(encoded)).mode == "L"
    np.testing.assert_array_equal(_pixels(encoded, "L"), samples >> (bits - 8))


@pytest.mark.parametrize(("declared", "shift"), [(1023, 2), (4095, 4), (16_383, 6), (65_535, 8)])
def test_a_tiff_s_largest_sample_value_says_its_bits(declared: int, shift: int) -> None:
    samples = _ramp(10)
    data = encode(Image.fromarray(samples), "tiff", tiffinfo={281: declared})
    np.testing.assert_array_equal(
        _pixels(to_png_or_jpeg(data, LIMIT).encoded, "L"), samples >> shift
    )


@pytest.mark.parametrize(("significant", "shift"), [(9, 2), (10, 2), (12, 4), (14, 6)])
def test_a_png_s_significant_bits_say_its_bits(significant: int, shift: int) -> None:
    samples = _ramp(10)
    data = encode(Image.fromarray(samples))
    chunk = png_chunk(b"sBIT", bytes([significant]))
    data = data[:33] + chunk + data[33:]  # behind signature and header
    source = to_png_or_jpeg(data, LIMIT)
    assert (source.mode, source.file_bytes) == ("I;16", len(data))
    np.testing.assert_array_equal(_pixels(source.encoded, "L"), samples >> shift)


def test_a_tiff_of_12_bits_packed_keeps_the_upper_8() -> None:
    assert _pixels(to_png_or_jpeg(TIFF_OF_12_BITS, LIMIT).encoded, "L").tolist() == [[0, 128, 255]]


def test_a_png_of_16_bits_passes_unchanged_even_if_it_is_dark() -> None:
    data = encode(Image.fromarray(np.array([[0, 4096]], np.uint16)))
    assert to_png_or_jpeg(data, LIMIT).encoded == data
    declared = data[:33] + png_chunk(b"sBIT", bytes([12])) + data[33:]
    assert to_png_or_jpeg(declared, LIMIT).encoded == declared


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", r"empty \(0 bytes\)"),
        (b"Dear Sir or Madam", "not an image"),
        (b"\x89PNG\r\n\x1a\n", "truncated or damaged|not an image"),
        (encode(PHOTO, "tiff")[:-3000], "truncated or damaged"),
        (encode(PHOTO, "webp")[:-200], "truncated or damaged|not an image"),
        (encode(PHOTO, "avif")[:-200], "truncated or damaged|not an image"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic" + bytes(99), "a HEIC image.*convert it to PNG"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(99), "a HEIC image.*convert it to PNG"),
        (encode(Image.fromarray(np.ones((9, 9), np.float32)), "tiff"), "floating-point"),
        (png_of_size(8_000, 8_000), r"8000 × 8000 pixels are more than max_pixels \(50000000\)"),
        (png_of_size(40_000, 40_000), r"1600000000 pixels are more than max_pixels \(50000000\)"),
    ],
)
def test_what_cannot_be_used_is_rejected_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        to_png_or_jpeg(data, LIMIT)


def test_a_png_that_is_converted_is_refused_where_a_checksum_in_it_is_wrong() -> None:
    turned = PHOTO.copy()
    exif = turned.getexif()
    exif[0x0112] = 6
    stream = io.BytesIO()
    turned.save(stream, "png", exif=exif)
    data = bytearray(stream.getvalue())
    assert to_png_or_jpeg(bytes(data), LIMIT).height == PHOTO.width
    length = int.from_bytes(data[data.index(b"IDAT") - 4 : data.index(b"IDAT")])
    data[data.index(b"IDAT") + 4 + length] ^= 1
    with pytest.raises(Rejected, match="damaged"):
        to_png_or_jpeg(bytes(data), LIMIT)
