"""Images that people send: as preprocess takes them, or refused with its reason."""

import io
from typing import Any, Literal

import numpy as np
import pytest
from PIL import Image

from components.shared.data import ink
from components.shared.data.image_conversion import to_png_or_jpeg
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise import normalise
from components.shared.data.outcomes import Rejected
from components.shared.data.pixel_budget import PixelBudget
from serving.engine.uploads import MAX_PIXELS, to_pixels
from tests.pictures import encode, png_of_size, strokes
from tests.serving.bundles import SHAPE, blank

BUDGET = PixelBudget(MAX_PIXELS)
PAGE = strokes(3)


@pytest.mark.parametrize("form", ["png", "jpeg", "tiff", "webp", "bmp"])
def test_every_format_is_taken_as_preprocess_takes_it(form: str) -> None:
    data = encode(PAGE, form)
    expected = normalise(to_png_or_jpeg(data, MAX_PIXELS).encoded, SHAPE).pixels
    np.testing.assert_array_equal(to_pixels(data, SHAPE, BUDGET), expected)


def test_of_a_telephones_jpeg_with_several_pictures_the_first_is_taken() -> None:
    others = [Image.fromarray(strokes(4)).convert("RGB")]
    several = encode(
        Image.fromarray(PAGE).convert("RGB"), "mpo", save_all=True, append_images=others
    )
    assert Image.open(io.BytesIO(several)).format == "MPO"
    expected = normalise(to_png_or_jpeg(several, MAX_PIXELS).encoded, SHAPE).pixels
    np.testing.assert_array_equal(to_pixels(several, SHAPE, BUDGET), expected)


def test_a_photograph_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = encode(Image.fromarray(np.rot90(PAGE)), "png", exif=exif)
    upright = to_pixels(encode(PAGE), SHAPE, BUDGET)
    np.testing.assert_array_equal(to_pixels(turned, SHAPE, BUDGET), upright)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", r"the file is empty \(0 bytes\)"),
        (b"%PDF-1.7", "not an image, or of a format that is not read"),
        (b"\0\0\0\x18ftypheic\0\0\0\0", "a HEIC image, which is not read"),
        (encode(PAGE)[:200], "truncated or damaged image"),
        (encode(PAGE, "gif"), "a GIF image, which is not taken: send PNG, JPEG, TIFF, WEBP, BMP"),
        (blank(), "blank image: no ink found"),
    ],
)
def test_what_cannot_be_used_is_refused_with_a_reason(data: bytes, reason: str) -> None:
    with pytest.raises(Rejected, match=reason):
        to_pixels(data, SHAPE, BUDGET)


@pytest.mark.parametrize("size", [(5001, 5000), (60_000, 60_000), (10_000, 10_000)])
def test_s5_a_pixel_bomb_is_refused_by_its_header(size: tuple[int, int]) -> None:
    bomb = png_of_size(*size)
    assert len(bomb) < 100
    with pytest.raises(Rejected, match=r"pixels are more than max_pixels \(25000000\)"):
        to_pixels(bomb, SHAPE, BUDGET)
    with pytest.raises(Rejected, match="more than max_pixels"):
        to_pixels(encode(PAGE), SHAPE, BUDGET, max_pixels=PAGE.size - 1)
    assert to_pixels(encode(PAGE), SHAPE, BUDGET, max_pixels=PAGE.size).shape == SHAPE.shape


@pytest.mark.parametrize("mode", ["shape", "tone"])
def test_a_signature_that_cannot_carry_a_decision_is_refused_where_images_are_judged(
    mode: Literal["shape", "tone"],
) -> None:
    spec = Normalisation(height=16, width=24, mode=mode)
    line = np.full((120, 260), 235, np.uint8)
    line[58:62, 60:200] = 40
    with pytest.raises(Rejected, match="a dot or a short line is no signature"):
        to_pixels(encode(line), spec, BUDGET, judged=True)
    np.testing.assert_array_equal(
        to_pixels(encode(PAGE), spec, BUDGET, judged=True), to_pixels(encode(PAGE), spec, BUDGET)
    )


def test_photographs_are_not_judged() -> None:
    photograph = encode(Image.effect_noise((64, 64), 60).convert("RGB"))
    spec = Normalisation(height=16, width=16, channels=3, mode="none")
    assert to_pixels(photograph, spec, BUDGET, judged=True).shape == (16, 16, 3)


def test_the_ink_of_an_image_is_found_once_for_its_judge_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    smooth, found = ink._smooth, []

    def noted(grey: Any) -> Any:
        found.append(grey.shape)
        return smooth(grey)

    monkeypatch.setattr(ink, "_smooth", noted)
    to_pixels(encode(PAGE), SHAPE, BUDGET, judged=True)
    assert found == [PAGE.shape]
