"""Identification: whose image a probe is, among all enrolled identities."""

import numpy as np
from numpy.typing import NDArray

from components.evaluate.intervals import share
from components.evaluate.params import EvaluateParams
from components.evaluate.subject import Part
from components.shared.pairs import searches


def accuracy(vectors: NDArray[np.float32], whose: Part, params: EvaluateParams) -> dict[str, float]:
    """The share of probes whose own identity is the nearest, its interval, and what it stands on.

    Identities are resampled as owners of probes; the gallery stays.
    """
    found = searches(vectors, whose.identity, whose.forged, params.references, params.draws, params.seed)
    probes = [(search.identity, search.rank()) for search in found]
    if not any(len(identity) for identity, _ in probes):
        return {}
    identity, rank = map(np.concatenate, zip(*probes, strict=True))
    key = f"identification/refs_{params.references}"
    counts = {f"{key}/n_identities": len(np.unique(identity)), f"{key}/n_probes": len(identity)}
    return share(f"{key}/accuracy", identity, rank == 1, params) | counts
