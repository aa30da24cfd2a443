"""Parameters that have no meaning for grey images, or for RGB."""

from typing import Any

import pytest

from components.shared.runtime.errors import InputError
from components.train.channels import validate_channels
from components.train.params import AugmentParams, TrainParams


def refused(channels: int, augment: dict[str, Any] | None = None, **values: Any) -> str:
    params = TrainParams(augment=AugmentParams(**(augment or {})), **values)
    with pytest.raises(InputError) as error:
        validate_channels(params, channels)
    return str(error.value)


@pytest.mark.parametrize("channels", [1, 3])
def test_the_defaults_suit_every_mode(channels: int) -> None:
    validate_channels(TrainParams(), channels)


@pytest.mark.parametrize(("name", "value"), [("hue", 0.1), ("saturation", 0.5)])
def test_a_change_of_colour_of_grey_images_is_refused(name: str, value: float) -> None:
    augment = {name: value}
    validate_channels(TrainParams(augment=AugmentParams(**augment)), 3)
    assert f"train.augment.{name} is {value}, which has no meaning for" in refused(1, augment)
    assert "are grey: set it to 0" in refused(1, augment)


def test_parts_of_photographs_are_refused() -> None:
    validate_channels(TrainParams(views=("whole", "mirror")), 3)
    validate_channels(TrainParams(views=("whole", "left")), 1)
    assert refused(3, views=("whole", "mirror", "left", "right")) == (
        "train.views has 'left' and 'right', for which ink is cut out; "
        "the prepared images are RGB: leave out all but whole and mirror"
    )


def test_all_that_has_no_meaning_is_said_at_once() -> None:
    message = refused(1, {"hue": 0.1, "saturation": 0.5})
    assert "train.augment.hue is 0.1" in message
    assert "train.augment.saturation is 0.5" in message
    assert "\n" not in message
