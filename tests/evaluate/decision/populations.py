"""Simulated collections: hands that differ in how far their signatures are scattered."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.sampling import Labels


class Population(NamedTuple):
    """Embeddings float64 [N, D] and the labels of their images."""

    embeddings: NDArray[np.float64]
    labels: Labels


def draw(
    identities: int,
    genuine: int = 10,
    forgeries: int = 10,
    scale: float = 1.0,
    hands: float = 0.25,
    seed: int = 0,
) -> Population:
    """Draws hands whose scatter differs by the share `hands`; all forgers are equally far off.

    All lie far from one another; a scanner multiplies all distances by `scale`.
    """
    random = np.random.default_rng(seed)
    size = 24
    vectors, names, forged = [], [], []
    for identity in range(identities):
        scatter = float(np.exp(hands * random.normal()))
        middle = 2.5 * random.normal(size=size)
        own = middle + scatter * random.normal(size=(genuine, size))
        away = random.normal(size=(forgeries, size))
        away *= 1.6 * size**0.5 / np.linalg.norm(away, axis=1, keepdims=True)
        others = middle + away + scatter * random.normal(size=(forgeries, size))
        vectors += [own, others]
        names += [identity] * (genuine + forgeries)
        forged += [False] * genuine + [True] * forgeries
    labels = Labels(np.array(names), np.array(forged))
    return Population(scale * 0.05 * np.concatenate(vectors), labels)
