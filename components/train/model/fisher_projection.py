"""Fisher's discriminant for forgeries: first weights of the projection of pre-trained features.

Sources: R. A. Fisher, The Use of Multiple Measurements in Taxonomic Problems, 1936; A. Hatch, S.
Kajarekar and A. Stolcke, Within-Class Covariance Normalization for SVM-based Speaker Recognition,
Interspeech 2006 (whitening); M. McLaren and D. van Leeuwen, Source-Normalized LDA for Robust
Speaker Recognition, IEEE Transactions on Audio, Speech, and Language Processing 20(3), 2012
(several collections).
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]
SHRINKAGE = 2.0
"""Shrinkage of the within scatter to its mean variance: few identities know few directions."""
EMPHASIS = 0.25
"""Exponent of the ratio of variances that weights a whitened direction; 0 weights all alike."""


def projection(
    features: NDArray[np.floating],
    identity: NDArray[np.integer],
    forged: NDArray[np.bool_],
    size: int,
    collection: NDArray[np.integer] | None = None,
) -> F64:
    """Computes the directions with the most variance of impostors for that of genuine images.

    The variance of genuine images is within an identity. Impostors are the forgeries about the
    genuine mean of the identity they imitate; where there are none, the identities' means about
    their common mean, which is that of their collection.

    Each collection counts alike, whatever its size, and the variance of the collections' means is
    added to that of genuine images: no direction is wanted for telling scanners apart.

    Args:
        features: [N, D], each of mean 0 and variance 1 or nearly.
        identity: [N], the writer; of a forgery, the writer it imitates. Each has at least two
            genuine images.
        forged: [N].
        size: number of directions.
        collection: [N], that of the identity; None: there is one, as where all are equal.

    Returns:
        float64 [D, size]; directions beyond D are 0.
    """
    features = np.asarray(features, np.float64)
    codes = np.unique(identity, return_inverse=True)[1]
    group = np.zeros(len(codes), np.int64)
    if collection is not None:
        group = np.unique(collection, return_inverse=True)[1]
    genuine, label = features[~forged], codes[~forged]
    means = np.stack([genuine[label == code].mean(axis=0) for code in range(codes.max() + 1)])
    within = _scatter(genuine - means[label], group[~forged])
    if forged.any():
        impostor = _scatter(features[forged] - means[codes[forged]], group[forged])
    else:
        home = np.zeros(len(means), np.int64)
        home[codes] = group
        impostor = _scatter(means - _centres(means, home)[home], home)
    shrunk = within + SHRINKAGE * np.trace(within) / len(within) * np.eye(len(within))
    if group.any():
        centres = _centres(genuine, group[~forged])
        shrunk += _scatter(centres - centres.mean(axis=0), np.zeros(len(centres), np.int64))
    whitening = np.linalg.inv(np.linalg.cholesky(shrunk))
    ratio, directions = np.linalg.eigh(whitening @ impostor @ whitening.T)
    weighted = whitening.T @ directions * np.maximum(ratio, 0) ** EMPHASIS
    result = np.zeros((len(within), size))
    count = min(size, len(within))
    result[:, :count] = weighted[:, ::-1][:, :count]
    return result


def parts_as_identities(
    features: Sequence[NDArray[np.floating]],
    identity: NDArray[np.integer],
    forged: NDArray[np.bool_],
) -> tuple[NDArray[np.floating], NDArray[np.int64], NDArray[np.bool_]]:
    """Treats parts of images as images of further identities, so that few become more.

    Of images of the identities 7, 7 and 9 and one part of each, the identities are 0, 0, 1 for the
    whole images and 2, 2, 3 for the parts.

    Args:
        features: one [N, D] of the whole images, one of each part.
        identity: [N], as in `projection`.
        forged: [N].

    Returns:
        Features, identity and forged, [parts · N, …], as `projection` takes them.
    """
    codes = np.unique(identity, return_inverse=True)[1]
    count = codes.max() + 1
    identities = np.concatenate([codes + part * count for part in range(len(features))])
    return np.concatenate(features), identities, np.tile(forged, len(features))


def _scatter(differences: F64, group: NDArray[np.integer]) -> F64:
    """Computes the second moments, [D, D]: the mean over the groups that there are."""
    scatters = []
    for code in np.unique(group):
        own = differences[group == code]
        scatters.append(own.T @ own / len(own))
    result: F64 = np.mean(scatters, axis=0)
    return result


def _centres(vectors: NDArray[np.floating], group: NDArray[np.integer]) -> F64:
    """Computes the mean of each group, [groups, D]."""
    return np.stack([vectors[group == code].mean(axis=0) for code in range(group.max() + 1)])
