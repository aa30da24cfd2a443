"""Usual distances of genuine images, by which one scanner is told from another."""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.claim_features import describe, variety
from components.shared.verification.decision import Usual
from components.shared.verification.sampling import Labels


def measure(embeddings: ArrayLike, labels: Labels, parts: int) -> Usual | None:
    """Measures the distances among and within genuine images.

    Args:
        embeddings: float [N, D].
        labels: of the N images; forgeries play no role.
        parts: number of equal parts of an embedding.

    Returns:
        None where fewer than two identities have two genuine images.
    """
    distance, within = per_identity(embeddings, labels, parts)
    if len(distance) < 2:
        return None
    return Usual(
        float(distance.mean()),
        float(distance.std(ddof=1)),
        float(within.mean()),
        float(within.std(ddof=1)),
    )


def per_identity(
    embeddings: ArrayLike, labels: Labels, parts: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Computes the mean log distance of two genuine images, and their mean variety, [K] each.

    Arguments as `measure`. The K identities have two genuine images or more.
    """
    vectors = np.asarray(embeddings, np.float64)[~labels.forged]
    codes = np.unique(labels.identity[~labels.forged], return_inverse=True)[1]
    distance, within = [], []
    for code in np.unique(codes):
        own = vectors[codes == code]
        if len(own) > 1:
            claim = describe(own, own, np.eye(len(own), dtype=bool), parts)
            distance.append(claim.mean[np.triu_indices(len(own), 1)].mean())
            within.append(variety(own, parts).mean())
    return np.array(distance), np.array(within)
