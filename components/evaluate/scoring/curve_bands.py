"""95 % bands of a curve: FRR at each FAR, identities resampled."""

from typing import NamedTuple

import numpy as np

from components.evaluate.scoring.verification import Verification
from components.shared.verification.resampling import Floats
from components.shared.verification.sampling import Bootstrap

FARS = np.union1d(np.linspace(0, 1, 31), np.geomspace(0.001, 1, 31))


class CurveBand(NamedTuple):
    """The middle 95 % of the resampled FRR at each FAR, each [n]."""

    far: Floats
    low: Floats
    high: Floats


def band(verification: Verification, bootstrap: Bootstrap) -> CurveBand | None:
    """Computes the pointwise band of a verification's curve.

    Each resample has its exact rates at the (thinned) curve's operating points; its FRR at a FAR is
    the lowest among the points with no larger FAR.

    Returns:
        None without resamples, or for a single identity.
    """
    weights = bootstrap.weights(len(verification.scored.names))
    if weights is None:
        return None
    genuine, impostor = verification.scored.accepted(verification.curve.threshold)
    with np.errstate(invalid="ignore"):
        frr = 1 - weights @ genuine / (weights @ genuine[:, -1])[:, None]
        far = weights @ impostor / (weights @ impostor[:, -1])[:, None]
    known = np.isfinite(far[:, -1]) & np.isfinite(frr[:, -1])
    if not known.any():
        return None
    resampled = []
    for far_of_one, frr_of_one in zip(far[known], frr[known], strict=True):
        last = np.searchsorted(far_of_one, FARS, side="right") - 1
        resampled.append(frr_of_one[last])
    low, high = np.percentile(resampled, bootstrap.level, axis=0)
    return CurveBand(FARS, low, high)
