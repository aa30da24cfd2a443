"""Embeddings of made-up identities of any sizes, for the tests of scoring."""

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.block_source import BlockSize
from components.shared.verification.sampling import Labels

KINDS = ("skilled", "random")
SMALL = BlockSize(rows=16, columns=40)
"""A block size so small that little data has many blocks."""

Data = tuple[NDArray[np.float32], Labels]


def data(genuine: list[int], forgeries: list[int], grid: int | None = None, seed: int = 0) -> Data:
    """Returns embeddings around a centre for each identity.

    They are of unit length, or on a grid, which makes most distances ties.
    """
    rng = np.random.default_rng(seed)
    identity = np.concatenate([np.repeat(np.arange(len(n)), n) for n in (genuine, forgeries)])
    forged = np.arange(len(identity)) >= sum(genuine)
    vectors = rng.normal(size=(len(genuine), 12))[identity]
    vectors += rng.normal(size=(len(identity), 12)) * (1 + forged[:, None])
    if grid:
        vectors = np.round(vectors * grid) / grid
    else:
        vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    order = rng.permutation(len(identity))
    return vectors.astype(np.float32)[order], Labels(identity[order], forged[order])
