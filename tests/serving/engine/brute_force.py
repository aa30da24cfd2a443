"""The evidence of a claim as a sum of terms, one by one."""

import numpy as np
from numpy.typing import ArrayLike

from tests.serving.bundles import DECISION


def weighed(kind: str, references: ArrayLike, probe: ArrayLike) -> float:
    """The evidence against a kind of impostor, before it is bounded."""
    own, questioned = np.array(references, float), np.array(probe, float)
    weights = DECISION.models[kind].weights
    r = (min(len(own), 3) - 1) / (min(len(own), 3) + 1)
    apart = [float(np.sqrt(((one - questioned) ** 2).sum())) for one in own]
    centre = float(np.sqrt(((own.mean(axis=0) - questioned) ** 2).sum()))
    centre = np.log(centre / np.sqrt(1 + 1 / len(own)))
    nearest = np.log(min(apart) / np.sqrt(2))
    pairs = [
        float(np.sqrt(((own[a] - own[b]) ** 2).sum()))
        for a in range(len(own))
        for b in range(len(own))
        if a != b
    ]
    spread = np.log(np.mean(pairs) / np.sqrt(2)) if pairs else 0.0
    return float(
        weights["constant"]
        + weights["references"] * r
        + weights["centre_of_one"] * (1 - r) * centre
        + weights["centre"] * r * centre
        + weights["nearest"] * r * nearest
        + weights["spread"] * r * spread
    )
