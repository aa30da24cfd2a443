"""The evidence of a claim: a weighted sum of few features, a natural log-likelihood ratio.

With k references, r = (k − 1) / (k + 1) says how far their spread is to be relied on: 0 of one,
towards 1 of many. The weights move from those of one reference to those of many in proportion.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.claim_features import ClaimFeatures
from components.shared.verification.comparisons import Floats
from components.shared.verification.evidence_bounds import Bounds

Term = Callable[[ClaimFeatures, float], Floats]
TERMS: dict[str, Term] = {
    "constant": lambda claim, r: np.ones_like(claim.mean),
    "references": lambda claim, r: np.full_like(claim.mean, r),
    "mean_of_one": lambda claim, r: (1 - r) * claim.mean,
    "mean": lambda claim, r: r * claim.mean,
    "centre_of_one": lambda claim, r: (1 - r) * claim.centre,
    "centre": lambda claim, r: r * claim.centre,
    "nearest": lambda claim, r: r * claim.nearest,
    "spread": lambda claim, r: np.broadcast_to(r * claim.spread[:, None], claim.mean.shape),
    "variety": lambda claim, r: np.broadcast_to(claim.variety[:, None], claim.mean.shape),
}
"""What is weighed, by name: functions of a claim's features and r, [R, m]."""
PLAIN = ("constant", "references", "mean_of_one", "mean")
"""The terms of the mean distance alone."""
FULL = ("constant", "references", "centre_of_one", "centre", "nearest", "spread", "variety")
"""The terms of a claim's whole evidence."""
SIGNS = {
    "mean_of_one": -1,
    "mean": -1,
    "centre_of_one": -1,
    "centre": -1,
    "nearest": -1,
    "spread": 1,
    "variety": 1,
}
"""Signs that weights have: a farther probe never speaks for a claim."""


def reliability(references: int) -> float:
    """Returns r, how far the spread among so many references is to be relied on.

    >>> reliability(1), reliability(3)
    (0.0, 0.5)
    """
    return (references - 1) / (references + 1)


class Change(NamedTuple):
    """A change of evidence, as of another collection: it becomes `factor` · evidence + `offset`."""

    factor: float = 1.0
    offset: float = 0.0


@dataclass(frozen=True)
class EvidenceModel:
    """Weights of a claim's terms, against one kind of impostor.

    Attributes:
        weights: by the name of the term.
        bounds: the log-likelihood ratios that the data support.
    """

    weights: Mapping[str, float]
    bounds: Bounds

    def score(self, claim: ClaimFeatures, most_references: int) -> Floats:
        """Computes the evidence [R, m] before it is bounded; larger speaks for the claim.

        Args:
            claim: its features.
            most_references: with more the evidence is that of so many, for no more were seen.
        """
        r = reliability(min(claim.references, most_references))
        total = np.zeros(claim.mean.shape)
        for name, weight in self.weights.items():
            total += weight * TERMS[name](claim, r)
        return total

    def changed(self, by: Change) -> "EvidenceModel":
        """Returns the model whose evidence is changed so; the bounds stay."""
        weights = {name: by.factor * weight for name, weight in self.weights.items()}
        weights["constant"] = weights.get("constant", 0.0) + by.offset
        return replace(self, weights=weights)


class Shift(NamedTuple):
    """A change of all distances, as of another scanner.

    Attributes:
        distance: added to the logarithms of distances between images.
        variety: added to those of distances within an image.
    """

    distance: float = 0.0
    variety: float = 0.0


def shift(claim: ClaimFeatures, by: Shift) -> ClaimFeatures:
    """Returns the features of a claim with all distances changed."""
    return claim._replace(
        mean=claim.mean + by.distance,
        centre=claim.centre + by.distance,
        nearest=claim.nearest + by.distance,
        spread=claim.spread + by.distance,
        variety=claim.variety + by.variety,
    )


def columns(claim: ClaimFeatures, terms: tuple[str, ...]) -> NDArray[np.float64]:
    """Returns the terms of claims [R, m, T], to fit weights to."""
    r = reliability(claim.references)
    return np.stack([TERMS[name](claim, r) for name in terms], axis=-1)
