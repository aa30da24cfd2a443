"""Verification by number of references, and by the fusion that makes one distance of several."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.verification import Verification, verifications
from components.shared.verification import comparisons
from components.shared.verification.sampling import Draws, Labels

COUNTS = (1, 3, 5, 8, 12)
FUSIONS: dict[str, comparisons.Fusion] = {
    "mean": comparisons.mean,
    "min": comparisons.nearest,
    "max": comparisons.farthest,
    "centre": comparisons.centre,
}


def verify_by_references(
    embeddings: NDArray[np.float32], labels: Labels, draws: Draws, far: float
) -> Iterator[Verification]:
    """Yields the verifications that the data allows; with a single reference nothing is fused.

    Args:
        embeddings: float32 [n, D].
        labels: of the n images.
        draws: number and seed of the draws; the number of references varies.
        far: as `verifications` takes it.
    """
    for count in COUNTS:
        for fusion, fuse in FUSIONS.items():
            several = [draws._replace(references=count)]
            for verification in verifications(embeddings, labels, several, far, fuse):
                yield replace(verification, protocol="references", fusion=fusion)
