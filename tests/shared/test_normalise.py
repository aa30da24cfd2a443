import hashlib
import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf
from PIL import Image

from components.shared import normalise as subject
from components.shared.images import Normalisation
from components.shared.normalise import decode, normalise, normalise_batch, otsu
from tests.preprocess.pictures import colours, encode, over_white, png_of_size, strokes

U8 = npt.NDArray[np.uint8]
PROJECT = Path(__file__).resolve().parents[2]
SHAPE = Normalisation(mode="shape", height=32, width=56)


def _palette(seed: int, **info: Any) -> bytes:
    image = Image.fromarray(colours(seed, 1)[:, :, 0] // 16, "P")
    image.putpalette(colours(seed + 1, 3, 1, 16).tobytes())
    return encode(image, **info)


PNGS: dict[str, Callable[[], bytes]] = {
    "1": lambda: encode(Image.fromarray(colours(0, 1)[:, :, 0]).convert("1")),
    "L": lambda: encode(colours(1, 1)[:, :, 0]),
    "L with a transparent level": lambda: encode(colours(2, 1)[:, :, 0] // 64, transparency=2),
    "LA": lambda: encode(Image.fromarray(colours(3, 2), "LA")),
    "P": lambda: _palette(4),
    "P of 4 bits": lambda: _palette(4, bits=4),
    "P with one transparent colour": lambda: _palette(5, transparency=3),
    "P with alpha": lambda: _palette(6, transparency=bytes(range(0, 256, 16))),
    "RGB": lambda: encode(colours(7, 3)),
    "RGB with a transparent colour": lambda: encode(colours(8, 3) // 128 * 128, transparency=(128, 0, 128)),
    "RGBA": lambda: encode(colours(9, 4)),
    "RGB with the letters tRNS in its text": lambda: _with_text(colours(10, 3)),
}


def _with_text(pixels: U8) -> bytes:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("note", "tRNS")
    return encode(pixels, pnginfo=info)


@pytest.mark.parametrize("mode", PNGS)
def test_a_png_of_every_mode_becomes_the_grey_that_pillow_gives(mode: str) -> None:
    data = PNGS[mode]()
    expected = np.asarray(over_white(Image.open(io.BytesIO(data))).convert("L"))
    np.testing.assert_array_equal(decode(tf.constant(data), 1)[:, :, 0], expected)


@pytest.mark.parametrize("mode", PNGS)
def test_a_png_of_every_mode_becomes_the_colours_that_pillow_gives(mode: str) -> None:
    data = PNGS[mode]()
    expected = np.asarray(over_white(Image.open(io.BytesIO(data))).convert("RGB"))
    np.testing.assert_array_equal(decode(tf.constant(data), 3), expected)


def test_every_alpha_over_every_level_is_composited_as_pillow_does() -> None:
    level, alpha = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    image = Image.fromarray(np.stack([level, alpha], axis=2), "LA")
    expected = np.asarray(over_white(image).convert("L"))
    np.testing.assert_array_equal(decode(tf.constant(encode(image)), 1)[:, :, 0], expected)


def test_16_bit_samples_keep_their_upper_8_bits() -> None:
    wide = np.arange(0, 65_536, 89, dtype=np.uint16).reshape(1, -1)
    np.testing.assert_array_equal(decode(tf.constant(encode(Image.fromarray(wide))), 1)[:, :, 0], wide >> 8)


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("options", [{"quality": 90}, {"quality": 60, "subsampling": 0}, {"progressive": True}])
def test_a_jpeg_becomes_what_pillow_gives(channels: int, options: dict[str, object]) -> None:
    smooth = Image.fromarray(colours(11, 3, 9, 12)).resize((150, 110), Image.Resampling.BICUBIC)
    for source in (smooth, smooth.convert("L")):
        data = encode(source, "jpeg", **options)
        expected = np.asarray(Image.open(io.BytesIO(data)).convert("L" if channels == 1 else "RGB"))
        np.testing.assert_array_equal(np.squeeze(decode(tf.constant(data), channels)), expected)


def test_real_signatures_decode_as_in_pillow(cedar_dir: Path) -> None:
    for path in sorted(cedar_dir.glob("full_*/*.png"))[::300]:
        expected = np.asarray(over_white(Image.open(path)).convert("L"))
        np.testing.assert_array_equal(decode(tf.constant(path.read_bytes()), 1)[:, :, 0], expected)


@pytest.mark.parametrize(
    ("levels", "threshold", "distance"),
    [
        ({10: 3, 20: 1, 200: 4}, 20, 200 - 12.5),  # within-class variance 75 below 20, 0 above: any other cut is worse
        ({0: 5, 255: 5}, 0, 255.0),  # every level from 0 to 254 separates them equally well: the first is taken
        ({7: 9}, 0, 0.0),  # one class only
    ],
)
def test_otsu_finds_the_cut_derived_by_hand(levels: dict[int, int], threshold: int, distance: float) -> None:
    histogram = np.zeros(256, np.int32)
    histogram[list(levels)] = list(levels.values())
    found = otsu(tf.constant(histogram))
    assert (int(found[0]), float(found[1])) == (threshold, distance)


def test_otsu_is_exact_where_the_image_is_as_large_as_allowed() -> None:
    histogram = np.zeros(256, np.int32)
    histogram[[30, 31, 254, 255]] = np.array([1, 1, 1, subject.MAX_PIXELS - 3], np.int32)
    assert int(otsu(tf.constant(histogram))[0]) == 31


def test_a_square_of_ink_is_cropped_scaled_and_centred_as_derived_by_hand() -> None:
    page = np.full((60, 90), 230, np.uint8)
    page[10:30, 5:25] = 20  # smoothing rounds the corners by one pixel and keeps the sides
    image = normalise(tf.constant(encode(page)), Normalisation(height=24, width=48)).numpy()[:, :, 0]
    inside = image[1:23, 13:35]  # margin 1, so 22 × 22 in the middle of 24 × 48
    assert (image == 255).sum() >= image.size - inside.size
    assert (inside[2:-2] == 0).all() and (inside[:, 2:-2] == 0).all()


@pytest.mark.parametrize("mode", ["shape", "tone", "none"])
@pytest.mark.parametrize("size", [(90, 160), (31, 200), (150, 20), (1, 40), (40, 1), (2, 3)])
def test_every_mode_equals_a_slow_computation_in_integers(mode: str, size: tuple[int, int]) -> None:
    spec = Normalisation(mode=mode, height=32, width=56)
    graph = tf.function(lambda one: normalise(one, spec))
    for seed in range(5):
        page = strokes(seed, *size) if min(size) > 10 else colours(seed, 1, *size)[:, :, 0] // 128 * 200
        page[0, 0], page[-1, -1] = 0, 255
        try:
            expected = _slow(page, spec)
        except ZeroDivisionError:  # smoothed to nothing
            with pytest.raises(tf.errors.InvalidArgumentError, match="blank"):
                graph(tf.constant(encode(page)))
            continue
        np.testing.assert_array_equal(graph(tf.constant(encode(page)))[:, :, 0], expected)


def test_colours_are_resized_plane_by_plane() -> None:
    pixels = colours(3, 3, 40, 33)
    found = normalise(tf.constant(encode(pixels)), Normalisation(mode="none", height=20, width=30, channels=3)).numpy()
    grey = Normalisation(mode="none", height=20, width=30)
    for channel in range(3):
        np.testing.assert_array_equal(found[:, :, channel], _slow(pixels[:, :, channel], grey))


@pytest.mark.parametrize("mode", ["shape", "tone"])
def test_lighter_paper_and_a_paler_pen_leave_the_shape_as_it_is(mode: str) -> None:
    page = strokes(0).astype(np.int32)
    spec = Normalisation(mode=mode, height=32, width=56)
    lighter = np.clip(page + 14, 0, 255)  # a constant: also the order of the tones stays
    first, second = (normalise(tf.constant(encode(p.astype(np.uint8))), spec).numpy() for p in (page, lighter))
    np.testing.assert_array_equal(first, second)


def test_specks_do_not_move_the_crop() -> None:
    page = np.full((200, 300), 235, np.uint8)
    page[80:120, 100:220] = 30
    specked = page.copy()
    specked[3:6, 2:5] = 30
    specked[196:199, 290:294] = 30
    first, second = (normalise(tf.constant(encode(p)), SHAPE).numpy() for p in (page, specked))
    np.testing.assert_array_equal(first, second)


def test_the_tone_mode_keeps_the_order_of_the_inks() -> None:
    page = np.full((60, 100), 220, np.uint8)
    page[20:40, 10:50], page[20:40, 50:90] = 30, 90
    image = normalise(tf.constant(encode(page)), Normalisation(mode="tone", height=32, width=64)).numpy()[:, :, 0]
    assert image[16, 10] == 0
    assert 0 < image[16, 50] < 255
    assert image[0, 0] == 255


@pytest.mark.parametrize("mode", ["shape", "tone", "none"])
@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_blank_image_is_refused(mode: str, level: int) -> None:
    blank = encode(np.full((50, 80), level, np.uint8))
    with pytest.raises(tf.errors.InvalidArgumentError, match="blank image"):
        normalise(tf.constant(blank), Normalisation(mode=mode))


def test_paper_with_noise_alone_is_blank() -> None:
    noise = np.random.default_rng(0).normal(235, 8, (120, 200)).clip(0, 255).astype(np.uint8)
    with pytest.raises(tf.errors.InvalidArgumentError, match="blank image: no ink found"):
        normalise(tf.constant(encode(noise)), SHAPE)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "neither a PNG nor a JPEG"),
        (b"GIF89a" + bytes(40), "neither a PNG nor a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "Invalid PNG"),
        (encode(strokes(0))[:-200], "Invalid PNG"),
        (encode(strokes(0), "jpeg")[:-600], "Invalid JPEG"),
        (png_of_size(40_000, 40_000), "too many pixels"),
        (png_of_size(2**32 - 1, 2**32 - 1), "too many pixels"),
        (png_of_size(70_000, 10), "too many pixels"),
    ],
)
def test_what_is_no_usable_image_is_refused(data: bytes, message: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        normalise(tf.constant(data), SHAPE)


def test_a_jpeg_with_too_many_pixels_is_refused_by_its_header() -> None:
    data = bytearray(encode(strokes(0), "jpeg"))
    frame = data.index(b"\xff\xc0")
    data[frame + 5 : frame + 9] = (40_000).to_bytes(2, "big") * 2
    with pytest.raises(tf.errors.InvalidArgumentError, match="too many pixels"):
        normalise(tf.constant(bytes(data)), SHAPE)


def test_an_empty_batch_is_empty() -> None:
    assert normalise_batch(tf.constant([], tf.string), SHAPE).shape == (0, 32, 56, 1)


@pytest.fixture(scope="module")
def exported(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Callable[[tf.Tensor], tf.Tensor]]:
    """The normalisation as a SavedModel loaded again, and as a frozen graph."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    module = tf.Module()
    module.serve = tf.function(lambda images: normalise_batch(images, SHAPE), [tf.TensorSpec([None], tf.string)])
    folder = tmp_path_factory.mktemp("exported")
    tf.saved_model.save(module, str(folder))
    frozen = convert_variables_to_constants_v2(module.serve.get_concrete_function())
    return {"saved": tf.saved_model.load(str(folder)).serve, "frozen": lambda images: frozen(images)[0]}


@pytest.mark.parametrize("form", ["saved", "frozen"])
def test_an_exported_graph_normalises_alike(exported: dict[str, Callable[[tf.Tensor], tf.Tensor]], form: str) -> None:
    files = [encode(strokes(1)), encode(strokes(2), "jpeg"), encode(Image.fromarray(strokes(3)).convert("RGBA"))]
    expected = np.stack([normalise(tf.constant(data), SHAPE) for data in files])
    np.testing.assert_array_equal(exported[form](tf.constant(files)), expected)


@pytest.mark.parametrize("form", ["saved", "frozen"])
@pytest.mark.parametrize(
    ("data", "message"),
    [
        (encode(np.full((9, 9), 200, np.uint8)), "blank image"),
        (b"text", "neither a PNG"),
        (png_of_size(40_000, 40_000), "too many pixels"),
    ],
)
def test_an_exported_graph_refuses_alike(
    exported: dict[str, Callable[[tf.Tensor], tf.Tensor]], form: str, data: bytes, message: str
) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=message):
        exported[form](tf.constant([encode(strokes(1)), data]))


ELSEWHERE = """
import sys
from pathlib import Path
from tests.shared.test_normalise import digests
print(*digests([Path(name).read_bytes() for name in sys.argv[1:]]))
"""


def digests(files: list[bytes]) -> list[str]:
    """The sha256 of every file in every mode, normalised by this process."""
    specs = [Normalisation(mode=mode) for mode in get_args(Normalisation.model_fields["mode"].annotation)]
    images = [normalise(tf.constant(data), spec) for spec in specs for data in files]
    return [hashlib.sha256(image.numpy().tobytes()).hexdigest() for image in images]


def test_every_cpu_path_gives_the_same_bytes(tmp_path: Path) -> None:
    files = [encode(strokes(seed, 300, 500)) for seed in range(3)]
    files += [encode(strokes(3), "jpeg"), encode(colours(4, 4, 80, 90)), encode(colours(5, 3, 99, 55))]
    for i, data in enumerate(files):
        (tmp_path / f"{i}.image").write_bytes(data)
    command = [sys.executable, "-c", ELSEWHERE, *map(str, sorted(tmp_path.iterdir()))]
    running = [
        subprocess.Popen(command, env={**os.environ, "PYTHONPATH": str(PROJECT), **path}, stdout=subprocess.PIPE)
        for path in ({"TF_ENABLE_ONEDNN_OPTS": "0"}, {"ONEDNN_MAX_CPU_ISA": "AVX2"})
    ]
    expected = digests(files)
    assert len(expected) == 3 * len(files)
    for process in running:
        assert process.communicate()[0].decode().split() == expected


def _slow(page: U8, spec: Normalisation) -> U8:
    """The whole normalisation of a grey page, in loops over Python's integers."""
    if spec.mode == "none":
        return _slow_place(page, spec, 0)
    kernel, height, width = (1, 4, 6, 4, 1), *page.shape
    around = np.pad(page, 2, mode="edge").astype(np.int64)
    smoothed = np.zeros_like(page, np.int64)
    for dy, a in enumerate(kernel):
        for dx, b in enumerate(kernel):
            smoothed += a * b * around[dy : dy + height, dx : dx + width]
    smoothed = (smoothed + 128) // 256
    threshold = _slow_otsu(smoothed)
    dark = smoothed <= threshold
    if float(smoothed[~dark].sum() / (~dark).sum() - smoothed[dark].sum() / dark.sum()) < subject.MIN_CONTRAST:
        raise ZeroDivisionError
    rows, columns = _slow_extent(dark.sum(1)), _slow_extent(dark.sum(0))
    lowest = int(smoothed.min())
    tone = ((smoothed - lowest) * 255 * 2 + (threshold + 1 - lowest)) // (2 * (threshold + 1 - lowest))
    levels = np.where(dark, 0 if spec.mode == "shape" else tone, 255)
    return _slow_place(levels[rows, columns], spec, max(1, min(spec.height, spec.width) // subject.MARGIN))


def _slow_otsu(levels: npt.NDArray[np.int64]) -> int:
    """The first level with the largest between-class variance, as exact fractions."""
    from fractions import Fraction

    best, chosen = Fraction(0), -1
    for level in range(256):
        dark, light = levels[levels <= level], levels[levels > level]
        if len(dark) and len(light):
            distance = Fraction(int(dark.sum()), len(dark)) - Fraction(int(light.sum()), len(light))
            if distance**2 * len(dark) * len(light) > best:
                best, chosen = distance**2 * len(dark) * len(light), level
    if chosen < 0:
        raise ZeroDivisionError
    return chosen


def _slow_extent(counts: npt.NDArray[np.int64]) -> slice:
    stray = int(counts.sum()) // subject.STRAY
    first, last = 0, len(counts)
    while counts[: first + 1].sum() <= stray:
        first += 1
    while counts[last - 1 :].sum() <= stray:
        last -= 1
    return slice(first, last)


def _slow_place(levels: npt.NDArray[np.integer], spec: Normalisation, margin: int) -> U8:
    height, width = levels.shape
    room_h, room_w = spec.height - 2 * margin, spec.width - 2 * margin
    if height * room_w <= width * room_h:
        new_h, new_w = max(1, (2 * height * room_w + width) // (2 * width)), room_w
    else:
        new_h, new_w = room_h, max(1, (2 * width * room_h + height) // (2 * height))
    canvas = np.full((spec.height, spec.width), 255, np.uint8)
    top, left = (spec.height - new_h) // 2, (spec.width - new_w) // 2
    # Each pixel repeated until the new ones are whole blocks of them.
    fine = np.repeat(np.repeat(levels.astype(np.int64), new_h, axis=0), new_w, axis=1)
    sums = fine.reshape(new_h, height, new_w, width).sum(axis=(1, 3))
    canvas[top : top + new_h, left : left + new_w] = (2 * sums + height * width) // (2 * height * width)
    return canvas
