"""Parameters that have no meaning for grey images, or for RGB."""

from typing import Any

import pytest

from components.train.channels import channel_faults
from components.train.params import AugmentParams, TrainParams


def faults(channels: int, augment: dict[str, Any] | None = None, **values: Any) -> list[str]:
    params = TrainParams(augment=AugmentParams(**(augment or {})), **values)
    return channel_faults(params, channels)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_defaults_suit_every_mode(channels: int) -> None:
    assert faults(channels) == []


@pytest.mark.parametrize(("name", "value"), [("hue", 0.1), ("saturation", 0.5)])
def test_a_change_of_colour_of_grey_images_is_refused(name: str, value: float) -> None:
    assert faults(3, {name: value}) == []
    assert faults(1, {name: value}) == [
        f"train.augment.{name} is {value}, which has no meaning for the prepared images, "
        "which are grey: set it to 0"
    ]


def test_parts_of_photographs_are_refused() -> None:
    assert faults(3, views=("whole", "mirror")) == []
    assert faults(1, views=("whole", "left")) == []
    assert faults(3, views=("whole", "mirror", "left", "right")) == [
        "train.views has 'left' and 'right', for which ink is cut out; "
        "the prepared images are RGB: leave out all but whole and mirror"
    ]


def test_all_that_has_no_meaning_is_said_at_once() -> None:
    hue, saturation = faults(1, {"hue": 0.1, "saturation": 0.5})
    assert "train.augment.hue is 0.1" in hue
    assert "train.augment.saturation is 0.5" in saturation
