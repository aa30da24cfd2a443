"""Parameters that have no meaning for images of so many channels, said before any work is done."""

from components.train.params import TrainParams

GREY = 1
WHOLES = ("whole", "mirror")
"""Views that are not cut out by their ink."""


def channel_faults(params: TrainParams, channels: int) -> list[str]:
    """Returns what has no meaning for images of so many channels.

    That is hue or saturation of grey images, and parts of RGB. The thickness of strokes is not
    among it: it is without effect on RGB, so that its default suits photographs.

    Args:
        params: section `train`.
        channels: of the prepared images, 1 (grey) or 3 (RGB).
    """
    return _colours_of_grey(params) if channels == GREY else _parts_of_photographs(params)


def _colours_of_grey(params: TrainParams) -> list[str]:
    colours = {"hue": params.augment.hue, "saturation": params.augment.saturation}
    return [
        f"train.augment.{name} is {value:g}, which has no meaning for the prepared images, "
        f"which are grey: set it to 0"
        for name, value in colours.items()
        if value
    ]


def _parts_of_photographs(params: TrainParams) -> list[str]:
    parts = [f"'{view}'" for view in params.views if view not in WHOLES]
    if not parts:
        return []
    return [
        f"train.views has {' and '.join(parts)}, for which ink is cut out; "
        f"the prepared images are RGB: leave out all but {' and '.join(WHOLES)}"
    ]
