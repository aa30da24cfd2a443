"""All figures of one part of the split, with their intervals."""

import numpy as np
from numpy.typing import NDArray

from components.evaluate.identification import accuracy
from components.evaluate.intervals import intervals
from components.evaluate.params import EvaluateParams
from components.evaluate.subject import Part
from components.evaluate.verification import Verification, figures

Metrics = dict[str, float]
VAL = "val/"


def measure(found: list[Verification], vectors: NDArray[np.float32], whose: Part, params: EvaluateParams) -> Metrics:
    """Verification and identification on one part; all figures are finite."""
    result: Metrics = {}
    for verification in found:
        result |= figures(verification, params) | intervals(verification, params)
    result |= accuracy(vectors, whose, params)
    return {name: float(value) for name, value in result.items() if np.isfinite(value)}


def of_val(metrics: Metrics) -> Metrics:
    """The figures under the names that say that they are val's."""
    return {f"{VAL}{name}": value for name, value in metrics.items()}
