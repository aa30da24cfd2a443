"""95 % bands of a curve: FRR at each FAR."""

from typing import NamedTuple

import numpy as np

from components.evaluate.scoring.verification import Verification
from components.shared.verification import influence
from components.shared.verification.estimate import RELIABLE_IDENTITIES, Floats

FARS = np.union1d(np.linspace(0, 1, 31), np.geomspace(0.001, 1, 31))[1:-1]


class CurveBand(NamedTuple):
    """The interval of FRR at each FAR, each [n]."""

    far: Floats
    low: Floats
    high: Floats


def band(verification: Verification) -> CurveBand | None:
    """Computes the pointwise band of a verification's (thinned) curve.

    Returns:
        None of so few identities that it would fill the plot.
    """
    if len(verification.scored.names) < RELIABLE_IDENTITIES:
        return None
    curve, accepted = verification.curve, verification.accepted
    points: list[tuple[float, float, float]] = []
    for far in FARS.tolist():
        rate = float(curve.frr[np.searchsorted(curve.far, far, side="right") - 1])
        interval = influence.of_frr_at_far(rate, far, accepted).rate_interval()
        if interval is not None:
            points.append((far, *interval))
    if not points:
        return None
    return CurveBand(*np.array(points).T)
