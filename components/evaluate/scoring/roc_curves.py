"""ROC and DET curves of verifications, for plots and files."""

from collections.abc import Iterable

import pandas as pd

from components.evaluate.scoring.verification import Verification
from components.shared.verification.error_rates import Roc

COLUMNS = ["curve", "kind", "references", "far", "tpr", "frr", "threshold"]


def curve(verification: Verification) -> Roc:
    """Returns the thinned ROC of a verification."""
    return verification.curve


def label(verification: Verification) -> str:
    """Returns the curve's name in legends and tables: 'skilled, 5 references'."""
    plural = "" if verification.references == 1 else "s"
    return f"{verification.kind}, {verification.references} reference{plural}"


def table(verifications: Iterable[Verification]) -> pd.DataFrame:
    """Returns the thinned ROCs, one row a point: `COLUMNS`."""
    frames = [_frame(verification) for verification in verifications]
    if not frames:
        return pd.DataFrame(columns=COLUMNS)
    return pd.concat(frames, ignore_index=True)


def _frame(verification: Verification) -> pd.DataFrame:
    points = curve(verification)
    rates = {
        "far": points.far,
        "tpr": 1 - points.frr,
        "frr": points.frr,
        "threshold": points.threshold,
    }
    frame = pd.DataFrame(rates)
    frame.insert(0, "references", verification.references)
    frame.insert(0, "kind", verification.kind)
    frame.insert(0, "curve", label(verification))
    return frame
