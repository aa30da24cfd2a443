"""What is done to the pixels, against hand-derived cases and a slow computation in integers."""

import numpy as np
import pytest
import tensorflow as tf

from components.shared.data.area_resize import EXACT_32
from components.shared.data.ink_graph import otsu
from components.shared.data.normalisation import Normalisation
from components.shared.data.normalisation_rules import MAX_PIXELS
from components.shared.data.normalise_graph import normalise
from tests.pictures import colours, encode, strokes
from tests.shared.compiled import compiled
from tests.shared.slow_normalise import NoWriting, slow_normalise

REJECTED = r"blank|no writing|shadow|box"
SHAPE = Normalisation(mode="shape", height=32, width=56)


@pytest.mark.parametrize(
    ("levels", "threshold", "distance"),
    [
        (
            {10: 3, 20: 1, 200: 4},
            20,
            200 - 12.5,
        ),  # within-class variance 75 below 20, 0 above: any other cut is worse
        (
            {0: 5, 255: 5},
            0,
            255.0,
        ),  # every level from 0 to 254 separates them equally well: the first is taken
        ({7: 9}, 0, 0.0),  # one class only
    ],
)
def test_otsu_finds_the_cut_derived_by_hand(
    levels: dict[int, int], threshold: int, distance: float
) -> None:
    histogram = np.zeros(256, np.int32)
    histogram[list(levels)] = list(levels.values())
    level, gap = otsu(tf.constant(histogram))
    assert (int(level), float(gap)) == (threshold, distance)


def test_otsu_is_exact_where_the_image_is_as_large_as_allowed() -> None:
    histogram = np.zeros(256, np.int32)
    histogram[[30, 31, 254, 255]] = np.array([1, 1, 1, MAX_PIXELS - 3], np.int32)
    assert int(otsu(tf.constant(histogram))[0]) == 31


def test_a_square_of_ink_is_cropped_scaled_and_centred_as_derived_by_hand() -> None:
    page = np.full((60, 90), 230, np.uint8)
    page[10:30, 5:25] = 20  # smoothing rounds the corners by one pixel and keeps the sides
    image = normalise(tf.constant(encode(page)), Normalisation(height=24, width=48)).numpy()[
        :, :, 0
    ]
    inside = image[1:23, 13:35]  # margin 1, so 22 × 22 in the middle of 24 × 48
    assert (image == 255).sum() >= image.size - inside.size
    assert (inside[2:-2] == 0).all() and (inside[:, 2:-2] == 0).all()


@pytest.mark.parametrize("mode", ["shape", "tone", "none"])
@pytest.mark.parametrize(
    "size", [(90, 160), (31, 200), (40, 28), (150, 20), (1, 40), (40, 1), (2, 3)]
)
def test_every_mode_equals_a_slow_computation_in_integers(mode: str, size: tuple[int, int]) -> None:
    spec = Normalisation(mode=mode, height=32, width=56)
    graph = compiled(spec)
    for seed in range(5):
        page = (
            strokes(seed, *size)
            if min(size) > 10
            else colours(seed, 1, *size)[:, :, 0] // 128 * 200
        )
        page[0, 0], page[-1, -1] = 0, 255
        try:
            expected = slow_normalise(page, spec)
        except NoWriting:
            with pytest.raises(tf.errors.InvalidArgumentError, match=REJECTED):
                graph(tf.constant(encode(page)))
            continue
        np.testing.assert_array_equal(graph(tf.constant(encode(page)))[:, :, 0], expected)


def test_an_image_whose_sums_float32_does_not_hold_is_as_exact() -> None:
    page, spec = colours(0, 1, 2, 40_000)[:, :, 0], Normalisation(mode="none", height=32, width=56)
    assert 255 * page.size > EXACT_32
    np.testing.assert_array_equal(
        normalise(tf.constant(encode(page)), spec)[:, :, 0], slow_normalise(page, spec)
    )


def test_colours_are_resized_plane_by_plane() -> None:
    pixels = colours(3, 3, 40, 33)
    image = normalise(
        tf.constant(encode(pixels)), Normalisation(mode="none", height=20, width=30, channels=3)
    ).numpy()
    grey = Normalisation(mode="none", height=20, width=30)
    for channel in range(3):
        np.testing.assert_array_equal(
            image[:, :, channel], slow_normalise(pixels[:, :, channel], grey)
        )


@pytest.mark.parametrize("mode", ["shape", "tone"])
def test_lighter_paper_and_a_paler_pen_leave_the_shape_as_it_is(mode: str) -> None:
    page = strokes(0).astype(np.int32)
    spec = Normalisation(mode=mode, height=32, width=56)
    lighter = np.clip(page + 14, 0, 255)  # a constant: also the order of the tones stays
    first = normalise(tf.constant(encode(page.astype(np.uint8))), spec).numpy()
    second = normalise(tf.constant(encode(lighter.astype(np.uint8))), spec).numpy()
    np.testing.assert_array_equal(first, second)


def test_specks_do_not_move_the_crop() -> None:
    page = np.full((200, 300), 235, np.uint8)
    page[80:120, 100:220] = 30
    specked = page.copy()
    specked[3:6, 2:5] = 30
    specked[196:199, 290:294] = 30
    first = normalise(tf.constant(encode(page)), SHAPE).numpy()
    second = normalise(tf.constant(encode(specked)), SHAPE).numpy()
    np.testing.assert_array_equal(first, second)


def test_the_tone_mode_keeps_the_order_of_the_inks() -> None:
    page = np.full((60, 100), 220, np.uint8)
    page[20:40, 10:50], page[20:40, 50:90] = 30, 90
    image = normalise(
        tf.constant(encode(page)), Normalisation(mode="tone", height=32, width=64)
    ).numpy()[:, :, 0]
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
