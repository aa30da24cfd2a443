"""Embeddings of made-up identities, well or badly told apart."""

import numpy as np

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, compare_part
from components.evaluate.scoring.evaluation_set import EvaluationSet


def made_up(
    params: EvaluateParams,
    identities: int,
    genuine: int,
    forgeries: int,
    quality: float = 1.0,
    seed: int = 0,
) -> ComparedPart:
    """Identities with so many genuine images and forgeries, the latter halfway to another place."""
    rng = np.random.default_rng(seed)
    identity = np.repeat(np.arange(identities), genuine + forgeries)
    forged = np.tile(np.arange(genuine + forgeries) >= genuine, identities)
    centres, elsewhere = rng.normal(size=(2, identities, 8))
    vectors = quality * centres[identity] + forged[:, None] * elsewhere[identity] / 2
    vectors += rng.normal(size=vectors.shape)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    part = EvaluationSet(
        np.arange(len(identity)),
        [f"writer-{i:02}" for i in range(identities)],
        identity,
        forged,
        paths=[f"images/{row}.png" for row in range(len(identity))],
    )
    return compare_part(part, vectors.astype(np.float32), params)
