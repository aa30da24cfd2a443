"""What remains of a block's output once its places are summed up: the features' mean, or their
second moments.

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
"""Of the square root. More bring out directions of next to no variance, which tell nothing."""
LEAST = 1e-12
"""Variance that no direction goes below: features may never vary."""


def mean(features: Any, name: str) -> Any:
    """The mean over the places: [B, H, W, C] becomes float32 [B, C]."""
    return keras.layers.GlobalAveragePooling2D(dtype="float32", name=name)(features)


def second_moments(features: Any, components: int, projection: str, name: str) -> Any:
    """The square root of the matrix of second moments of a few linear combinations of the features,
    over the places.

    Args:
        features: [B, H, W, C].
        components: q, how many combinations.
        projection: name of the layer that makes them, a Dense of C to q.
        name: of what comes out.

    Returns:
        float32 [B, q (q + 1) / 2].
    """
    combined = keras.layers.Dense(components, dtype="float32", name=projection)(features)
    places = keras.layers.Reshape((-1, components), dtype="float32")(combined)
    products = ops.matmul(ops.transpose(places, (0, 2, 1)), places) / places.shape[1]
    rows, columns = np.triu_indices(components)
    every = keras.layers.Flatten(dtype="float32")(square_root(products))
    return keras.layers.Identity(dtype="float32", name=name)(
        ops.take(every, rows * components + columns, axis=1)
    )


def square_root(matrices: Any) -> Any:
    """The square root of positive semidefinite matrices by Newton and Schulz's iteration; smooth,
    also where singular.

    Eigenvalues of a tenth of their sum or more have their roots to 0.3 %; smaller ones are taken
    for smaller still.

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
    """The directions in which features vary most, for a variance of 1 in each.

    Args:
        features: [places, C].
        components: q, at most C.

    Returns:
        Kernel [C, q] and bias [q] of a Dense.
    """
    centre = features.mean(axis=0, dtype=np.float64)
    scatter = np.cov(features.astype(np.float64), rowvar=False)
    variance, directions = (found[..., ::-1][..., :components] for found in np.linalg.eigh(scatter))
    kernel = directions / np.sqrt(np.maximum(variance, 1e-6 * variance[0] + LEAST))
    return kernel.astype(np.float32), (-centre @ kernel).astype(np.float32)
