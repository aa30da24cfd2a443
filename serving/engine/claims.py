"""A claim's embeddings, checked, and its evidence before it is bounded."""

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.claim_features import describe
from components.shared.verification.decision import Decision

F64 = NDArray[np.float64]


class Claim(NamedTuple):
    """The embeddings of a claim.

    Attributes:
        references: float64 [k, D], k at least 1.
        probe: float64 [D].
    """

    references: F64
    probe: F64


def claim(references: ArrayLike, probe: ArrayLike, dimension: int) -> Claim:
    """Returns a claim of embeddings of a space of so many dimensions.

    Raises:
        ValueError: there is no reference, or an embedding of another length or not finite: it is
            of another space.
    """
    own, questioned = np.asarray(references, np.float64), np.asarray(probe, np.float64)
    if own.ndim != 2 or not len(own) or own.shape[1] != dimension:
        raise ValueError(f"references of shape {own.shape}, not [k ≥ 1, {dimension}]")
    if questioned.shape != (dimension,):
        raise ValueError(f"a probe of shape {questioned.shape}, not [{dimension}]")
    if not (np.isfinite(own).all() and np.isfinite(questioned).all()):
        raise ValueError("an embedding is not finite")
    return Claim(own, questioned)


def evidence(decision: Decision, one: Claim) -> Mapping[str, float]:
    """Computes the evidence of a claim by the kind of impostor, before it is bounded."""
    everyone = np.ones((1, len(one.references)), bool)
    features = describe(one.references, one.probe[None], everyone, decision.parts)
    return {kind: float(decision.score(kind, features)[0, 0]) for kind in decision.models}
