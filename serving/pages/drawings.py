"""The geometry of drawings: bars, the scale of the evidence, and where evidence lay on test."""

from collections.abc import Sequence
from typing import NamedTuple

from components.shared.verification.distributions import Distribution, bins
from serving.api.answers import Bounds

WIDTH = 600.0
"""Of the scale, in its own units."""
HEIGHT = 150.0
"""Of the plot's highest bar, with some room above it."""
ROOM = 14.0
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


class Plot(NamedTuple):
    """Two histograms and the evidence, in units of a drawing of `WIDTH`.

    Attributes:
        genuine: outline of the genuine comparisons' shares, as SVG's `d`.
        impostor: the same of the impostors'.
        marker: where the evidence lies.
        below: share of the genuine comparisons with less evidence, to the bin.
        above: share of the impostors' with as much or more, to the bin.
        people: number of identities that were measured.
        references: how many a claim had when it was measured.
    """

    genuine: str
    impostor: str
    marker: float
    below: float
    above: float
    people: int
    references: int

    @property
    def width(self) -> float:
        """The width of the drawing."""
        return WIDTH

    @property
    def height(self) -> float:
        """The height of the drawing."""
        return HEIGHT + ROOM


def plot(measured: Distribution, evidence: float) -> Plot:
    """Returns the plot of a measured distribution with the evidence of a claim."""
    genuine, impostor = _shares(measured.genuine), _shares(measured.impostor)
    low, high = _window(measured, evidence)
    highest = max(*genuine, *impostor)
    place = int(bins([evidence], measured.edges)[0])
    step = WIDTH / (high - low)
    lower = measured.edges[place - 1] if place else evidence
    upper = measured.edges[place] if place < len(measured.edges) else evidence
    within = (evidence - lower) / (upper - lower) if lower < upper else 0.5
    return Plot(
        genuine=_outline(genuine[low:high], step, highest),
        impostor=_outline(impostor[low:high], step, highest),
        marker=round((place - low + within) * step, 1),
        below=sum(genuine[:place]),
        above=sum(impostor[place:]),
        people=measured.n_identities,
        references=measured.references,
    )


def _shares(counts: Sequence[int]) -> list[float]:
    return [count / sum(counts) for count in counts]


def _window(measured: Distribution, evidence: float) -> tuple[int, int]:
    """Returns the first bin that is drawn, and the one behind the last: outside none counts."""
    used = [int(bins([evidence], measured.edges)[0])]
    for number, counts in enumerate(zip(measured.genuine, measured.impostor, strict=True)):
        if any(counts):
            used.append(number)
    return max(0, min(used) - 1), min(len(measured.genuine), max(used) + 2)


def _outline(shares: Sequence[float], step: float, highest: float) -> str:
    """Returns the outline of bars that stand side by side on the drawing's lower edge."""
    bottom = HEIGHT + ROOM
    parts = [f"M0 {bottom:g}"]
    for number, share in enumerate(shares):
        top = bottom - HEIGHT * share / highest
        parts.append(f"L{number * step:.1f} {top:.1f}H{(number + 1) * step:.1f}")
    return " ".join([*parts, f"V{bottom:g}Z"])


def bars(values: Sequence[float], mark: float | None = None) -> list[float]:
    """Returns the lengths of bars, in per cent of the longest, or of `mark` where that is longer.

    >>> bars([0.2, 0.4])
    [50.0, 100.0]
    """
    longest = max([*values, mark or 0.0], default=0.0)
    return [round(100 * value / longest, 1) if longest else 0.0 for value in values]
