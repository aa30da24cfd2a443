"""Each change alone moves what it should."""

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.train.data.augment import augment
from components.train.params import AugmentParams

HEIGHT, WIDTH = 48, 80
NOTHING = AugmentParams(rotation=0, scale=0, shear=0, shift=0, thickness=0)
CHANGES: dict[str, Any] = {
    "rotation": 30.0,
    "scale": 0.3,
    "shear": 0.3,
    "shift": 0.2,
    "elastic": 0.1,
    "thickness": 1.0,
    "flip": True,
    "brightness": 0.5,
    "contrast": 0.5,
    "hue": 0.5,
    "saturation": 1.0,
}
COUNT = 40


def only(**changes: Any) -> AugmentParams:
    return NOTHING.model_copy(update=changes)


def varied(
    image: np.ndarray, params: AugmentParams, count: int = COUNT, seed: int = 0
) -> np.ndarray:
    """Copies of one image."""
    return augment(np.stack([image] * count), params, np.random.default_rng(seed))


def dot(x: float, y: float) -> np.ndarray:
    """A soft black dot on white paper, whose centre of mass is at (x, y)."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    ink = np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / 8)
    image: np.ndarray = np.rint(255 - 255 * ink).astype(np.uint8)[..., np.newaxis]
    return image


def centres(images: np.ndarray) -> np.ndarray:
    """The centre of mass of the ink of each image, (x, y) [B, 2]."""
    ink = 255.0 - images[..., 0]
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    sums = np.stack(
        [(ink * columns).sum((1, 2)), (ink * rows).sum((1, 2)), ink.sum((1, 2))], axis=1
    )
    place: np.ndarray = sums[:, :2] / sums[:, 2:]
    return place


def stroke(channels: int = 1) -> np.ndarray:
    image = np.full((HEIGHT, WIDTH, channels), 255, np.uint8)
    image[20:26, 20:60] = 0
    return image


def patch(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


MIDDLE = np.array([(WIDTH - 1) / 2, (HEIGHT - 1) / 2])
RIGHT = np.add(MIDDLE, (20, 0))
BELOW = np.add(MIDDLE, (0, 12))
ASIDE = np.add(MIDDLE, (8, 4))
NEAR = np.add(MIDDLE, (2, 0))


def test_rotation_moves_a_point_along_a_circle_about_the_centre_by_no_more_than_the_angle() -> None:
    moved = centres(varied(dot(*RIGHT), only(rotation=30))) - MIDDLE
    assert np.linalg.norm(moved, axis=1) == pytest.approx(20, abs=0.1)
    angles = np.rad2deg(np.arctan2(moved[:, 1], moved[:, 0]))
    assert np.abs(angles).max() <= 30.5
    assert angles.min() < -20 < 20 < angles.max()


def test_scale_moves_each_axis_on_its_own() -> None:
    right = centres(varied(dot(*RIGHT), only(scale=0.3))) - MIDDLE
    below = centres(varied(dot(*BELOW), only(scale=0.3))) - MIDDLE
    assert right[:, 1] == pytest.approx(0, abs=0.05)
    assert below[:, 0] == pytest.approx(0, abs=0.05)
    across, down = right[:, 0] / 20, below[:, 1] / 12
    for factor in (across, down):
        assert 0.69 < factor.min() < 0.8
        assert 1.2 < factor.max() < 1.31
    assert abs(np.corrcoef(across, down)[0, 1]) < 0.5


def test_shear_slants_and_leaves_the_height_as_it_is() -> None:
    below = centres(varied(dot(*BELOW), only(shear=0.3))) - MIDDLE
    assert below[:, 1] == pytest.approx(12, abs=0.1)
    assert 3 < np.abs(below[:, 0]).max() <= 12 * 0.3 + 0.1
    right = centres(varied(dot(*RIGHT), only(shear=0.3))) - MIDDLE
    assert right == pytest.approx(np.array([[20.0, 0.0]] * COUNT), abs=0.1)


def test_shift_moves_every_point_alike_by_no_more_than_a_fraction_of_each_side() -> None:
    params = only(shift=0.2)
    first = centres(varied(dot(*MIDDLE), params)) - MIDDLE
    second = centres(varied(dot(*ASIDE), params)) - ASIDE
    assert first == pytest.approx(second, abs=0.1)
    largest = np.abs(first).max(axis=0)
    assert 12 < largest[0] <= 16.1
    assert 7 < largest[1] <= 9.7


def test_elastic_moves_points_by_no_more_than_its_share_and_near_ones_nearly_alike() -> None:
    params = only(elastic=0.1)
    here = centres(varied(dot(*MIDDLE), params)) - MIDDLE
    near = centres(varied(dot(*NEAR), params)) - NEAR
    far = centres(varied(dot(*RIGHT), params)) - RIGHT
    assert np.abs(here).max() < 0.1 * HEIGHT
    assert np.abs(here).mean() > 0.5
    assert np.abs(here - near).mean() < 0.3 * np.abs(here - far).mean()


def test_thickness_grows_and_shrinks_ink_in_about_as_many_copies_as_it_says() -> None:
    image, params = stroke(), only(thickness=0.5)
    ink = (255.0 - varied(image, params, 400)).sum(axis=(1, 2, 3)) / (255.0 - image).sum()
    assert 0.4 < (ink != 1).mean() < 0.6
    assert 0.15 < (ink > 1).mean() < 0.35
    # 6 × 40 pixels of ink become 7 × 41 or 5 × 39 at most.
    assert ink.max() == pytest.approx(7 * 41 / 240, abs=0.02)
    assert ink.min() == pytest.approx(5 * 39 / 240, abs=0.02)


def test_a_flipped_photo_is_its_mirror_image_and_about_half_are_flipped() -> None:
    photo = np.random.default_rng(1).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    copies = varied(photo, only(flip=True), 100)
    flipped = np.array([(copy == photo[:, ::-1]).all() for copy in copies])
    unchanged = np.array([(copy == photo).all() for copy in copies])
    assert (flipped ^ unchanged).all()
    assert 30 < flipped.sum() < 70


@pytest.mark.parametrize("channels", [1, 3])
def test_brightness_adds_one_number_to_every_pixel(channels: int) -> None:
    image = np.full((HEIGHT, WIDTH, channels), 100, np.uint8)
    image[:10] = 150
    copies = varied(image, only(brightness=0.2)).astype(int)
    added = copies[:, -1, 0, 0] - 100
    assert (copies - image == added[:, np.newaxis, np.newaxis, np.newaxis]).all()
    assert -51 <= added.min() < -35 < 35 < added.max() <= 51


def test_contrast_scales_the_distance_from_the_mean() -> None:
    image = np.full((HEIGHT, WIDTH, 1), 100, np.uint8)
    image[: HEIGHT // 2] = 140
    copies = varied(image, only(contrast=0.5)).astype(float)
    half = (copies[:, 0, 0, 0] - copies[:, -1, 0, 0]) / 2
    assert (copies[:, 0, 0, 0] + copies[:, -1, 0, 0]) / 2 == pytest.approx(120, abs=0.5)
    assert 10 <= half.min() < 14 < 26 < half.max() <= 30


def test_hue_turns_red_towards_green_or_blue_and_leaves_grey_alone() -> None:
    copies = varied(patch((200, 50, 50)), only(hue=1 / 3), 200)[:, 0, 0].astype(int)
    assert (np.abs(copies.sum(axis=1) - 300) <= 2).all()
    # A third of the circle would make it (50, 200, 50) or (50, 50, 200).
    greenest, bluest = copies[copies[:, 1].argmax()], copies[copies[:, 2].argmax()]
    assert greenest == pytest.approx([50, 200, 50], abs=15)
    assert bluest == pytest.approx([50, 50, 200], abs=15)
    assert np.abs(varied(patch((90, 90, 90)), only(hue=0.5)).astype(int) - 90).max() <= 1


def test_saturation_scales_the_distance_from_grey() -> None:
    copies = varied(patch((160, 100, 100)), only(saturation=0.5), 100)[:, 0, 0].astype(float)
    assert copies.mean(axis=1) == pytest.approx(120, abs=1)
    factor = (copies[:, 0] - 120) / 40
    assert 0.48 < factor.min() < 0.6
    assert 1.4 < factor.max() < 1.52


@pytest.mark.parametrize("channels", [1, 3])
def test_nothing_changes_where_every_strength_is_zero(channels: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, HEIGHT, WIDTH, channels), np.uint8)
    assert (augment(images, NOTHING, np.random.default_rng(0)) == images).all()


@pytest.mark.parametrize("change", CHANGES)
def test_every_change_alone_changes_something_and_the_more_the_stronger(change: str) -> None:
    photo = np.random.default_rng(2).integers(
        60, 190, (HEIGHT, WIDTH, 1 if change == "thickness" else 3), np.uint8
    )

    def moved(strength: Any) -> float:
        return float(np.abs(varied(photo, only(**{change: strength})).astype(int) - photo).mean())

    assert moved(CHANGES[change]) > 0
    if change != "flip":
        assert moved(CHANGES[change]) > moved(CHANGES[change] / 8)


def test_switching_one_change_on_leaves_the_draws_of_the_others_as_they_were() -> None:
    image, shift = dot(*MIDDLE), only(shift=0.2)
    alone = centres(varied(image, shift))
    assert centres(varied(image, shift.model_copy(update={"thickness": 1.0}))) == pytest.approx(
        alone, abs=1
    )
    assert centres(varied(image, shift.model_copy(update={"elastic": 0.01}))) == pytest.approx(
        alone, abs=1
    )


geometry = st.builds(
    AugmentParams,
    rotation=st.floats(0, 180),
    scale=st.floats(0, 0.9),
    shear=st.floats(0, 1),
    shift=st.floats(0, 1),
    elastic=st.floats(0, 0.2),
    thickness=st.floats(0, 1),
    flip=st.booleans(),
)


@given(geometry, st.integers(0, 1000), st.sampled_from([(16, 16), (17, 40), (48, 30)]))
def test_white_paper_stays_white_to_the_borders(
    params: AugmentParams, seed: int, size: tuple[int, int]
) -> None:
    blank = np.full((3, *size, 1), 255, np.uint8)
    assert (augment(blank, params, np.random.default_rng(seed)) == 255).all()


@given(geometry, st.integers(0, 1000))
def test_equal_draws_give_equal_bytes_and_leave_the_originals_alone(
    params: AugmentParams, seed: int
) -> None:
    images = np.stack([stroke()] * 2)
    first = augment(images, params, np.random.default_rng(seed))
    second = augment(images, params, np.random.default_rng(seed))
    assert first.tobytes() == second.tobytes()
    assert first.shape == images.shape and first.dtype == np.uint8
    assert (images == stroke()).all()


@pytest.mark.parametrize("channels", [1, 3])
def test_without_changes_images_stay_as_they_are(channels: int) -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, HEIGHT, WIDTH, channels), np.uint8)
    assert (augment(images, NOTHING, np.random.default_rng(0)) == images).all()


def test_thickness_leaves_photographs_in_colour_as_they_are() -> None:
    images = np.random.default_rng(0).integers(0, 256, (5, HEIGHT, WIDTH, 3), np.uint8)
    thick = only(thickness=1.0)
    assert (augment(images, thick, np.random.default_rng(0)) == images).all()
