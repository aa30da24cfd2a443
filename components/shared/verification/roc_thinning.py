"""ROC curves thinned to as many points as a plot or a page can use."""

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.error_rates import Roc

MOST_POINTS = 500


def thin(curve: Roc, most: int = MOST_POINTS) -> Roc:
    """Selects at most `most` points, with both ends and the two points where FAR and FRR cross.

    Two fifths are spread evenly along the curve, the others evenly in log FAR and log FRR, where
    DET curves look.
    """
    if len(curve.far) <= most:
        return curve
    share = most // 5
    along = curve.far + 1 - curve.frr
    crossed = int(np.argmax(curve.far >= curve.frr))
    candidates: list[NDArray[np.intp]] = [
        np.searchsorted(along, np.linspace(0, 2, 2 * share)),
        np.searchsorted(curve.far, np.geomspace(curve.far[curve.far > 0][0], 1, share)),
        np.searchsorted(-curve.frr, -np.geomspace(1, curve.frr[curve.frr > 0][-1], share)),
        np.array([0, crossed - 1, crossed, len(along) - 1]),
    ]
    points = np.unique(np.minimum(np.concatenate(candidates), len(along) - 1))
    return Roc(curve.threshold[points], curve.far[points], curve.frr[points])
