"""A first projection from the features of a network that was trained before: Fisher's discriminant
for forgeries.

Sources: R. A. Fisher, The Use of Multiple Measurements in Taxonomic Problems, 1936; A. Hatch, S.
Kajarekar and A. Stolcke, Within-Class Covariance Normalization for SVM-based Speaker Recognition,
Interspeech 2006 (whitening).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
SHRINKAGE = 2.0
"""Of the within scatter, towards its mean variance in every direction: few identities know few directions."""
EMPHASIS = 0.25
"""Exponent of the ratio of variances by which a whitened direction is weighted; 0 would weight all alike."""


def projection(
    features: NDArray[np.floating],
    identity: NDArray[np.integer],
    forged: NDArray[np.bool_],
    size: int,
) -> F64:
    """The directions in which impostors vary most for how little the genuine images of one identity
    vary.

    Impostors are the forgeries about the genuine mean of whom they imitate; where there are none,
    the identities about their common mean.

    Args:
        features: [N, D], each of mean 0 and variance 1 or nearly.
        identity: [N], whose image it is, or whom it imitates; each has two genuine images at least.
        forged: [N].
        size: how many directions.

    Returns:
        float64 [D, size]; directions beyond D are 0.
    """
    features = np.asarray(features, np.float64)
    codes = np.unique(identity, return_inverse=True)[1]
    genuine, label = features[~forged], codes[~forged]
    means = np.stack([genuine[label == code].mean(axis=0) for code in range(codes.max() + 1)])
    within = _scatter(genuine - means[label])
    impostor = _scatter(
        features[forged] - means[codes[forged]] if forged.any() else means - means.mean(axis=0)
    )
    shrunk = within + SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    whitening = np.linalg.inv(np.linalg.cholesky(shrunk))
    ratio, directions = np.linalg.eigh(whitening @ impostor @ whitening.T)
    weighted = whitening.T @ directions * np.maximum(ratio, 0) ** EMPHASIS
    result = np.zeros((len(within), size))
    kept = min(size, len(within))
    result[:, :kept] = weighted[:, ::-1][:, :kept]
    return result


def further_identities(
    features: Sequence[NDArray[np.floating]],
    identity: NDArray[np.integer],
    forged: NDArray[np.bool_],
) -> tuple[NDArray[np.floating], NDArray[np.int64], NDArray[np.bool_]]:
    """Takes parts of images for images of identities of their own: few identities become more.

    Args:
        features: one [N, D] of the whole images, one of each part.
        identity: [N], as in `projection`.
        forged: [N].

    Returns:
        Features, identity and forged, [parts · N, …], as `projection` takes them.
    """
    codes = np.unique(identity, return_inverse=True)[1]
    own = np.concatenate([codes + number * (codes.max() + 1) for number in range(len(features))])
    return np.concatenate(features), own, np.tile(forged, len(features))


def _scatter(differences: F64) -> F64:
    """Their second moments, [D, D]."""
    result: F64 = differences.T @ differences / len(differences)
    return result
