"""Records that every protocol takes: labels of images, draws of references, the bootstrap."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.metric_names import ends
from components.shared.verification.resampling import LEVEL, Floats, draw_weights, interval


class Labels(NamedTuple):
    """Labels of N images.

    Attributes:
        identity: [N] numbers or names; of a forgery, the identity imitated.
        forged: bool [N].
    """

    identity: NDArray[np.generic]
    forged: NDArray[np.bool_]


class Draws(NamedTuple):
    """Seeded draws of the references of a claim.

    With one reference nothing is drawn: each genuine image is the reference in turn.

    Attributes:
        references: number of references of a claim, at least 1.
        number: number of draws.
        seed: seed of the draws.
    """

    references: int
    number: int = 1
    seed: int = 0


class Bootstrap(NamedTuple):
    """Resampling of identities, for intervals.

    Attributes:
        resamplings: number of resamples; 0: no intervals.
        seed: seed of the resamples.
        level: percentiles of the resampled values at which an interval ends.
    """

    resamplings: int
    seed: int = 0
    level: tuple[float, float] = LEVEL

    def weights(self, identities: int) -> Floats | None:
        """Draws the resamples [B, K] of K identities; None without resamples, or if K is 1."""
        if self.resamplings == 0 or identities < 2:
            return None
        return draw_weights(identities, self.resamplings, self.seed)

    def interval(self, values: Floats) -> tuple[float, float] | None:
        """Returns the ends of the interval of resampled values [B]; None where none is finite."""
        return interval(values, self.level)

    def interval_of(self, name: str, values: Floats) -> dict[str, float]:
        """Returns the ends of a figure's interval by their names; nothing where there is none."""
        bounds = self.interval(values)
        return {} if bounds is None else dict(zip(ends(name), bounds, strict=True))
