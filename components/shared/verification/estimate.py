"""Figures over identities with their 95 % intervals, from the influence of each identity.

A figure of K identities is linearised in their weights: its variance is that of a mean of K
independent influences (the infinitesimal jackknife, Efron 1982). The interval is Student's t on the
logit scale, on which error rates of few identities are less skewed, with the degrees of freedom of
the variance's own variance (Satterthwaite 1946), at most half the number of identities. Percentiles
of resampled identities are too narrow for few identities, nearly always with the truth above.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.metric_names import ends

Floats = NDArray[np.float64]
CONFIDENCE = 0.95
FEWEST_IDENTITIES = 3
"""Of fewer identities no interval is given."""
RELIABLE_IDENTITIES = 20
"""Of fewer identities an interval is wide, and may still be too narrow."""


class Estimate(NamedTuple):
    """A figure and the influence of each identity on it.

    Attributes:
        value: the figure.
        influence: [K], K times the figure's derivative by the weight of each identity; they sum to
            zero. Of a mean it is each identity's own value minus the mean.
        resolution: least value that one more error would give; a rate of 0 or 1 is taken to be half
            of it off.
    """

    value: float
    influence: Floats
    resolution: float = 0.0

    def __sub__(self, other: "Estimate") -> "Estimate":
        """Returns the difference of two figures of the same identities."""
        return Estimate(self.value - other.value, self.influence - other.influence)

    def complement(self) -> "Estimate":
        """Returns 1 minus a rate."""
        return Estimate(1 - self.value, -self.influence, self.resolution)

    def standard_error(self) -> float:
        """Computes the standard error of the figure; NaN of a single identity."""
        count = len(self.influence)
        if count < 2:
            return float("nan")
        return float(np.sqrt((self.influence**2).sum() / (count * (count - 1))))

    def interval(self) -> tuple[float, float] | None:
        """Computes the interval of a difference: symmetric, by Student's t; None of too few."""
        if not self._has_interval():
            return None
        margin = self._quantile() * self.standard_error()
        return self.value - margin, self.value + margin

    def rate_interval(self) -> tuple[float, float] | None:
        """Computes the interval of a rate within 0…1: by Student's t on the logit scale.

        Without any error nothing tells how identities differ: half an error of one of them is taken
        in its place.

        Returns:
            None of too few identities.
        """
        if not self._has_interval():
            return None
        half = self.resolution / 2
        rate = float(np.clip(self.value, half, 1 - half))
        if not 0 < rate < 1:
            return None
        error = max(self.standard_error(), half)
        margin = self._quantile() * error / (rate * (1 - rate))
        centre = np.log(rate / (1 - rate))
        low, high = 1 / (1 + np.exp(-np.clip(centre + np.array([-margin, margin]), -700, 700)))
        return min(float(low), self.value), max(float(high), self.value)

    def cost_interval(self) -> tuple[float, float] | None:
        """Computes the interval of a cost, which has no upper limit: by Student's t on a log scale.

        Costs of few identities are skewed: a rare identity that is answered wrongly costs much. On
        the log scale the interval reaches farther up than down, and stays above 0.

        Returns:
            None of too few identities, or where there is no cost.
        """
        if not self._has_interval() or not 0 < self.value < np.inf:
            return None
        margin = min(self._quantile() * self.standard_error() / self.value, 700.0)
        return self.value * float(np.exp(-margin)), self.value * float(np.exp(margin))

    def ends(self, name: str) -> dict[str, float]:
        """Returns the ends of a rate's interval by their names; nothing where there is none."""
        return _named(name, self.rate_interval())

    def ends_of_difference(self, name: str) -> dict[str, float]:
        """Returns the ends of a difference's interval by their names, as `ends`."""
        return _named(name, self.interval())

    def ends_of_cost(self, name: str) -> dict[str, float]:
        """Returns the ends of a cost's interval by their names, as `ends`."""
        return _named(name, self.cost_interval())

    def _has_interval(self) -> bool:
        return len(self.influence) >= FEWEST_IDENTITIES and bool(np.isfinite(self.influence).all())

    def _quantile(self) -> float:
        """Returns the quantile of Student's t at which an interval ends."""
        from scipy.special import stdtrit

        return float(stdtrit(self._degrees_of_freedom(), (1 + CONFIDENCE) / 2))

    def _degrees_of_freedom(self) -> float:
        """Computes the degrees of freedom: fewer where a few identities decide the variance."""
        count = len(self.influence)
        most = (count - 1) / 2
        square = float((self.influence**2).mean())
        if square == 0:
            return most
        excess = float((self.influence**4).mean()) / square**2 - 1
        return most if excess <= 0 else min(most, 2 * count / excess)


def reliability(identities: int) -> list[str]:
    """Returns a sentence on how far intervals hold, where there are few identities."""
    if identities >= RELIABLE_IDENTITIES:
        return []
    if identities < FEWEST_IDENTITIES:
        return [f"No interval is given of fewer than {FEWEST_IDENTITIES} identities."]
    return [
        f"Intervals rest on {identities} identities: they are wide, and of fewer than "
        f"{RELIABLE_IDENTITIES} may still be too narrow."
    ]


def _named(name: str, interval: tuple[float, float] | None) -> dict[str, float]:
    return {} if interval is None else dict(zip(ends(name), interval, strict=True))
