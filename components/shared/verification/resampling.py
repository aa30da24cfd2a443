"""The percentile bootstrap over identities: how often each is drawn, and the interval of what comes
out.
"""

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.metric_names import ends

Floats = NDArray[np.float64]
LEVEL = (2.5, 97.5)


def draw_weights(identities: int, resamplings: int, seed: int) -> Floats:
    """[B, K] how often each identity is drawn, K of K with replacement."""
    chances = np.full(identities, 1 / identities)
    return (
        np.random.default_rng(seed).multinomial(identities, chances, resamplings).astype(np.float64)
    )


def interval(values: Floats) -> tuple[float, float] | None:
    """The middle 95 % of the resampled values; None where there are none."""
    known = values[np.isfinite(values)]
    if not len(known):
        return None
    low, high = np.percentile(known, LEVEL)
    return float(low), float(high)


def interval_of(name: str, values: Floats) -> dict[str, float]:
    """Returns a figure's interval by the names of its ends; nothing where no value is known."""
    bounds = interval(values)
    return {} if bounds is None else dict(zip(ends(name), bounds, strict=True))
