"""How the error rates fall with the number of references, and how their distances are best made
one.
"""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.evaluation_set import Part
from components.evaluate.scoring.verification import Verification, verifications
from components.shared.verification import comparisons

COUNTS = (1, 3, 5, 8, 12)
FUSIONS: dict[str, comparisons.Fusion] = {
    "mean": comparisons.mean,
    "min": comparisons.nearest,
    "max": comparisons.farthest,
    "centre": comparisons.centre,
}


def references(
    vectors: NDArray[np.float32], whose: Part, params: EvaluateParams
) -> Iterator[Verification]:
    """The verifications that the data allows, one at a time; with a single reference there is
    nothing to fuse.
    """
    for count in COUNTS:
        for fusion, fuse in FUSIONS.items():
            for found in verifications(vectors, whose, [count], params, fuse):
                yield found._replace(protocol="references", fusion=fusion)
