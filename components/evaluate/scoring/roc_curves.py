"""ROC and DET curves, thinned to what an eye or a page can use."""

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.scoring.verification import Verification
from components.shared.verification.error_rates import Roc

MOST_POINTS = 500


def thin(curve: Roc, most: int = MOST_POINTS) -> Roc:
    """At most `most` points of a curve, with both ends and the two points where FAR and FRR cross.

    Two fifths are spread evenly along the curve, the others evenly in log FAR and log FRR, where
    DET curves look.
    """
    if len(curve.far) <= most:
        return curve
    share = most // 5
    along = curve.far + 1 - curve.frr
    crossed = int(np.argmax(curve.far >= curve.frr))
    chosen: list[NDArray[np.intp]] = [
        np.searchsorted(along, np.linspace(0, 2, 2 * share)),
        np.searchsorted(curve.far, np.geomspace(curve.far[curve.far > 0][0], 1, share)),
        np.searchsorted(-curve.frr, -np.geomspace(1, curve.frr[curve.frr > 0][-1], share)),
        np.array([0, crossed - 1, crossed, len(along) - 1]),
    ]
    points = np.unique(np.minimum(np.concatenate(chosen), len(along) - 1))
    return Roc(*(values[points] for values in curve))


def curve(verification: Verification) -> Roc:
    """The thinned ROC of a verification."""
    return thin(verification.scored.curve())


def label(verification: Verification) -> str:
    """The curve's name in legends and tables: 'skilled, 5 references'."""
    plural = "" if verification.references == 1 else "s"
    return f"{verification.kind}, {verification.references} reference{plural}"


def table(verifications: Iterable[Verification]) -> pd.DataFrame:
    """One row a point: curve, kind, references, far, tpr, frr, threshold."""
    columns: dict[str, NDArray[np.float64]]
    frames = []
    for v in verifications:
        points = curve(v)
        columns = {
            "far": points.far,
            "tpr": 1 - points.frr,
            "frr": points.frr,
            "threshold": points.threshold,
        }
        frame = pd.DataFrame(columns)
        frame.insert(0, "references", v.references)
        frame.insert(0, "kind", v.kind)
        frame.insert(0, "curve", label(v))
        frames.append(frame)
    if not frames:
        return pd.DataFrame(
            columns=["curve", "kind", "references", "far", "tpr", "frr", "threshold"]
        )
    return pd.concat(frames, ignore_index=True)
