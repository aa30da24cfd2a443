"""The geometry of drawings: lengths of bars, and the scale of the evidence with its limits."""

from collections.abc import Sequence
from typing import NamedTuple

from serving.api.answers import Bounds

WIDTH = 600.0
"""Of the scale, in its own units."""
LEAST_REACH = 3.0
MARGIN = 1.15


class Scale(NamedTuple):
    """The scale of the evidence, in units of a drawing of `WIDTH`.

    Attributes:
        low: end of what is rejected.
        high: beginning of what is accepted.
        zero: where the evidence is for neither.
        marker: the evidence.
    """

    low: float
    high: float
    zero: float
    marker: float

    @property
    def width(self) -> float:
        """The width of the drawing."""
        return WIDTH


def scale(evidence: float, limits: Bounds) -> Scale:
    """Returns the scale that shows the evidence, both limits and 0."""
    reach = MARGIN * max(abs(evidence), abs(limits.low), abs(limits.high), LEAST_REACH)

    def place(value: float) -> float:
        return round(WIDTH * (value + reach) / (2 * reach), 1)

    return Scale(place(limits.low), place(limits.high), place(0.0), place(evidence))


def bars(values: Sequence[float], mark: float | None = None) -> list[float]:
    """Returns the lengths of bars, in per cent of the longest, or of `mark` where that is longer.

    >>> bars([0.2, 0.4])
    [50.0, 100.0]
    """
    longest = max([*values, mark or 0.0], default=0.0)
    return [round(100 * value / longest, 1) if longest else 0.0 for value in values]
