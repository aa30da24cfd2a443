"""Images as they come: light on dark, in frames and boxes, under shadows, and photographs."""

import numpy as np
import numpy.typing as npt
import pytest
import tensorflow as tf

from components.shared.data.normalisation import Normalisation
from components.shared.data.normalise_graph import with_findings
from tests.pictures import Grey, encode, strokes
from tests.shared.compiled import compiled

SHAPE = Normalisation(height=32, width=64)
PAGE = np.full((120, 240), 235, np.uint8)


def page(seed: int = 0) -> Grey:
    """Strokes in the middle of a wide page."""
    result = PAGE.copy()
    result[30:90, 60:180] = strokes(seed, 60, 120)
    return result


def prepared(grey: Grey, mode: str = "shape") -> npt.NDArray[np.uint8]:
    spec = SHAPE.model_copy(update={"mode": mode})
    image: npt.NDArray[np.uint8] = compiled(spec)(tf.constant(encode(grey))).numpy()
    return image


@pytest.mark.parametrize("mode", ["shape", "tone"])
@pytest.mark.parametrize("seed", range(3))
def test_light_on_dark_gives_the_image_of_dark_on_light(mode: str, seed: int) -> None:
    for original in (page(seed), strokes(seed)):
        np.testing.assert_array_equal(prepared(255 - original, mode), prepared(original, mode))


def test_an_inverted_image_is_told_with_the_grey_of_its_source() -> None:
    _, grey, inverted = with_findings(tf.constant(encode(255 - page())), SHAPE)
    assert (int(grey), bool(inverted)) == (20, True)
    _, grey, inverted = with_findings(tf.constant(encode(page())), SHAPE)
    assert (int(grey), bool(inverted)) == (235, False)


def test_mode_none_leaves_light_on_dark_as_it_is() -> None:
    assert prepared(255 - page(), "none").mean() < 128


def test_strokes_that_touch_the_edge_of_a_tight_crop_do_not_invert_it() -> None:
    tight = np.full((60, 120), 235, np.uint8)
    tight[:, 10:14], tight[28:32], tight[:3, 20:90] = 30, 30, 30
    _, _, inverted = with_findings(tf.constant(encode(tight)), SHAPE)
    assert not inverted
    np.testing.assert_array_equal(prepared(255 - tight), prepared(tight))


@pytest.mark.parametrize("width", [4, 20, 80])
def test_a_dark_frame_around_the_page_is_cut_off(width: int) -> None:
    framed = np.pad(page(), width, constant_values=5)
    np.testing.assert_array_equal(prepared(framed), prepared(page()))


def test_a_box_around_the_writing_is_cut_off() -> None:
    boxed = page()
    boxed[10:110, 20:22] = boxed[10:110, 218:220] = 40
    boxed[10:12, 20:220] = boxed[108:110, 20:220] = 40
    difference = prepared(boxed).astype(int) - prepared(page())
    assert np.abs(difference).mean() < 1  # the threshold is that of the inside alone


def box() -> Grey:
    grey = PAGE.copy()
    grey[10:110, 20:22] = grey[10:110, 218:220] = 40
    grey[10:12, 20:220] = grey[108:110, 20:220] = 40
    return grey


def gradient() -> Grey:
    """The page with light that falls off to the left by more than its ink is darker."""
    light = np.linspace(0.1, 1, PAGE.shape[1])
    return (page() * light).astype(np.uint8)


def dark_corner() -> Grey:
    rows, columns = np.indices(PAGE.shape)
    return np.where(np.hypot(rows, columns) < 60, 40, page()).astype(np.uint8)


def photograph() -> Grey:
    rows, columns = np.indices(PAGE.shape)
    waves = np.sin(rows / 17) + np.cos(columns / 23) + np.sin((rows + columns) / 31)
    return (128 + 40 * waves).astype(np.uint8)


@pytest.mark.parametrize(
    ("grey", "reason"),
    [
        (box(), "empty box: no ink found inside"),
        (255 - box(), "empty box: no ink found inside"),
        (gradient(), "no writing|a shadow or dark margin"),
        (dark_corner(), "a shadow or dark margin counts as ink"),
        (photograph(), "no writing|a shadow or dark margin"),
        (np.pad(PAGE, 20, constant_values=5), "blank image: no ink found"),
    ],
    ids=["empty box", "inverted box", "gradient", "dark corner", "photograph", "empty sheet"],
)
def test_what_is_no_writing_is_rejected_with_a_reason(grey: Grey, reason: str) -> None:
    with pytest.raises(tf.errors.InvalidArgumentError, match=reason):
        prepared(grey)


def test_even_shade_leaves_the_writing_as_it_is() -> None:
    light = np.linspace(0.75, 1, PAGE.shape[1])
    shaded = prepared((page() * light).astype(np.uint8)).astype(int)
    assert np.abs(shaded - prepared(page())).mean() < 8
