"""95 % bands of a curve: FRR at each FAR, identities resampled."""

from typing import NamedTuple

import numpy as np

from components.evaluate.scoring.roc_curves import curve
from components.evaluate.scoring.verification import Verification
from components.shared.verification.resampling import Floats
from components.shared.verification.sampling import Bootstrap

FARS = np.union1d(np.linspace(0, 1, 31), np.geomspace(0.001, 1, 31))


class Band(NamedTuple):
    """The middle 95 % of the resampled FRR at each FAR, each [n]."""

    far: Floats
    low: Floats
    high: Floats


def band(verification: Verification, bootstrap: Bootstrap) -> Band | None:
    """The pointwise band of the verification's curve; None without resamplings, or for a single
    identity.

    Each resample has its exact rates at the (thinned) curve's operating points; at a FAR, the least
    of its FRRs whose FAR is no larger counts.
    """
    weights = bootstrap.weights(len(verification.scored.names))
    if weights is None:
        return None
    thresholds = curve(verification).threshold
    accepted, other = verification.scored.accepted(thresholds)
    with np.errstate(invalid="ignore"):
        frr = 1 - weights @ accepted / (weights @ accepted[:, -1])[:, None]
        far = weights @ other / (weights @ other[:, -1])[:, None]
    known = np.isfinite(far[:, -1]) & np.isfinite(frr[:, -1])
    if not known.any():
        return None
    resampled = [
        errors[np.searchsorted(rates, FARS, side="right") - 1]
        for rates, errors in zip(far[known], frr[known], strict=True)
    ]
    low, high = np.percentile(resampled, bootstrap.level, axis=0)
    return Band(FARS, low, high)
