"""The protocol of published work on CEDAR: as many skilled forgeries as genuine pairs.

For comparison with papers only: the threshold is chosen on the test set itself, as theirs is.
Its metrics keep the name `field`.
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.verification import Verification

PROTOCOL = "field"
"""The first part of the metrics' names."""
PAIRS_PER_IDENTITY = 276
"""Of 24 genuine images: 24 · 23 / 2."""


def sample_pairs(single: Verification, seed: int) -> Verification:
    """Samples as many skilled as genuine pairs of each identity, up to 276.

    An identity with 276 genuine and 500 skilled pairs keeps 276 of each, one with 10 genuine pairs
    10 of each.

    Args:
        single: all skilled comparisons with one reference; where they do not fit in memory, the
            pairs are sampled from its sample.
        seed: of the samples.
    """
    genuine: list[NDArray[np.intp]] = []
    impostor: list[NDArray[np.intp]] = []
    for code in np.intersect1d(single.genuine.identity, single.impostor.identity):
        generator = np.random.default_rng([seed, int(code)])
        own_genuine = np.flatnonzero(single.genuine.identity == code)
        own_impostor = np.flatnonzero(single.impostor.identity == code)
        count = min(PAIRS_PER_IDENTITY, len(own_genuine), len(own_impostor))
        genuine.append(np.sort(generator.choice(own_genuine, count, replace=False)))
        impostor.append(np.sort(generator.choice(own_impostor, count, replace=False)))
    return replace(
        single,
        protocol=PROTOCOL,
        genuine=single.genuine.select(np.concatenate(genuine)),
        impostor=single.impostor.select(np.concatenate(impostor)),
        out_of_core=None,
    )
