"""Pooling of a block's output over its places: the features' mean, or their second moments.

Second moments say which features occur together; of their matrix the square root is taken, so that
what occurs often does not drown the rest. Sources: T.-Y. Lin, A. RoyChowdhury and S. Maji, Bilinear
CNN Models for Fine-grained Visual Recognition, ICCV 2015; P. Li, J. Xie, Q. Wang and Z. Gao,
Towards Faster Training of Global Covariance Pooling Networks by Iterative Matrix Square Root
Normalization, CVPR 2018.
"""

from typing import Any

import keras
import numpy as np
from keras import ops
from numpy.typing import NDArray

F32 = NDArray[np.float32]
ITERATIONS = 5
"""Iterations of the square root. More bring out directions of next to no variance, mere noise."""
LEAST = 1e-12
"""Least variance of a direction: features may never vary."""


def mean(features: Any, name: str) -> Any:
    """Computes the mean over the places: of [B, H, W, C], float32 [B, C]."""
    return keras.layers.GlobalAveragePooling2D(dtype="float32", name=name)(features)


def second_moments(features: Any, components: int, projection: str, name: str) -> Any:
    """Computes the square root of the second moments of linear combinations of the features.

    Two places with the combinations (1, 2) and (3, 0) have the second moments
    (1·1 + 3·3) / 2 = 5, (1·2 + 3·0) / 2 = 1 and (2·2 + 0·0) / 2 = 2: of [[5, 1], [1, 2]] the root
    is taken, of which each entry on and above the diagonal is returned.

    Args:
        features: [B, H, W, C].
        components: q, number of combinations.
        projection: name of the layer that combines the features, a Dense of C to q.
        name: name of the last layer.

    Returns:
        float32 [B, q (q + 1) / 2].
    """
    combined = keras.layers.Dense(components, dtype="float32", name=projection)(features)
    places = keras.layers.Reshape((-1, components), dtype="float32")(combined)
    products = ops.matmul(ops.transpose(places, (0, 2, 1)), places) / places.shape[1]
    rows, columns = np.triu_indices(components)
    entries = keras.layers.Flatten(dtype="float32")(square_root(products))
    upper = ops.take(entries, rows * components + columns, axis=1)
    return keras.layers.Identity(dtype="float32", name=name)(upper)


def square_root(matrices: Any) -> Any:
    """Computes the square root of positive semidefinite matrices by Newton and Schulz's iteration.

    It is smooth, also where they are singular. Eigenvalues of a tenth of their sum or more have
    their roots to 0.3 %; smaller ones are taken for smaller still.

    Args:
        matrices: float32 [B, q, q].

    Returns:
        float32 [B, q, q].
    """
    identity = np.eye(matrices.shape[-1], dtype=np.float32)
    trace = ops.sum(matrices * identity, axis=(1, 2), keepdims=True) + LEAST
    root, inverse = matrices / trace, matrices * 0 + identity
    for _ in range(ITERATIONS):
        correction = ops.matmul(inverse, root) * -0.5 + 1.5 * identity
        root, inverse = ops.matmul(root, correction), ops.matmul(correction, inverse)
    return root * ops.sqrt(trace)


def principal_components(features: F32, components: int) -> tuple[F32, F32]:
    """Computes the directions in which features vary most, scaled to a variance of 1 in each.

    Args:
        features: [places, C].
        components: q, at most C.

    Returns:
        Kernel [C, q] and bias [q] of a Dense.
    """
    centre = features.mean(axis=0, dtype=np.float64)
    scatter = np.cov(features.astype(np.float64), rowvar=False)
    ascending, columns = np.linalg.eigh(scatter)
    variance, directions = ascending[::-1][:components], columns[:, ::-1][:, :components]
    kernel = directions / np.sqrt(np.maximum(variance, 1e-6 * variance[0] + LEAST))
    return kernel.astype(np.float32), (-centre @ kernel).astype(np.float32)
