"""The percentile bootstrap over identities: weights of the resamples, and intervals."""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
LEVEL = (2.5, 97.5)
"""Percentiles at which a 95 % interval ends."""


def draw_weights(identities: int, resamplings: int, seed: int) -> Floats:
    """Draws K of K identities with replacement, B times: how often each was drawn, [B, K]."""
    chances = np.full(identities, 1 / identities)
    return (
        np.random.default_rng(seed).multinomial(identities, chances, resamplings).astype(np.float64)
    )


def interval(values: Floats, level: tuple[float, float] = LEVEL) -> tuple[float, float] | None:
    """Returns the percentiles of the finite resampled values; None where there are none."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.percentile(known, level)
    return float(low), float(high)
