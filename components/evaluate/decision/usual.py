"""Usual evidence of genuine claims, by which one collection is told from another."""

import numpy as np
from numpy.typing import NDArray

from components.evaluate.decision.claims import GENUINE, Claims
from components.shared.verification.decision import Usual


def measure(claims: Claims, score: NDArray[np.float64], kind: str) -> list[Usual]:
    """Measures the evidence of the genuine claims with each number of references.

    Args:
        claims: N claims; those of impostors play no role.
        score: [N], their evidence before it is bounded.
        kind: the impostors that it is against.

    Returns:
        In the order of the references, those with which two identities or more have claims.
    """
    rows = []
    for references in np.unique(claims.references).tolist():
        own = (claims.references == references) & (claims.kind == GENUINE)
        codes = np.unique(claims.identity[own], return_inverse=True)[1]
        count = np.bincount(codes)
        if len(count) < 2:
            continue
        means = np.bincount(codes, score[own]) / count
        middle = means.mean()
        squares = np.bincount(codes, (score[own] - middle) ** 2) / count
        error = means.std(ddof=1) / np.sqrt(len(means))
        deviation = np.sqrt(squares.mean())
        rows.append(Usual(kind, references, float(middle), float(deviation), float(error)))
    return rows
