"""The most confident mistakes: pairs of images that the threshold of val gets wrong by the widest
margin.
"""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.evaluation_set import Part
from components.shared.verification.comparisons import distances
from components.shared.verification.threshold import Threshold

MOST = 6
Sort = Literal["false acceptance", "false rejection"]


class Mistake(NamedTuple):
    """One comparison with a single reference.

    Attributes:
        sort: what went wrong.
        identity: the claimed one.
        reference: row of the enrolled image in the store.
        probe: row of the questioned image.
        distance: between the two.
        threshold: at or below which a distance is accepted.
    """

    sort: Sort
    identity: str
    reference: int
    probe: int
    distance: float
    threshold: float


def mistakes(
    vectors: NDArray[np.float32], whose: Part, threshold: Threshold, most: int = MOST
) -> list[Mistake]:
    """The nearest impostors that are accepted, then the farthest genuine images that are rejected.

    One of each sort an identity at most, so that a single odd image does not fill the list.

    Args:
        vectors: float32 [n, D] of the part's images.
        whose: the part.
        threshold: of comparisons with a single reference; its kind is that of the impostors.
        most: how many of each sort.
    """
    accepted: list[Mistake] = []
    rejected: list[Mistake] = []
    for code in range(len(whose.names)):
        own = whose.identity == code
        genuine = np.flatnonzero(own & ~whose.forged)
        impostor = np.flatnonzero(
            own & whose.forged if threshold.kind == "skilled" else ~own & ~whose.forged
        )
        if len(genuine) and len(impostor):
            found = _extreme("false acceptance", vectors, whose, genuine, impostor, threshold)
            accepted += [found] if found.distance <= threshold.threshold else []
        if len(genuine) > 1:
            found = _extreme("false rejection", vectors, whose, genuine, genuine, threshold)
            rejected += [found] if found.distance > threshold.threshold else []
    accepted.sort(key=lambda mistake: mistake.distance)
    rejected.sort(key=lambda mistake: -mistake.distance)
    return accepted[:most] + rejected[:most]


def _extreme(
    sort: Sort,
    vectors: NDArray[np.float32],
    whose: Part,
    references: NDArray[np.intp],
    probes: NDArray[np.intp],
    threshold: Threshold,
) -> Mistake:
    """The nearest pair for a false acceptance, the farthest for a false rejection."""
    left, right = (vectors[rows].astype(np.float64) for rows in (references, probes))
    between = distances(left, right)
    place = between.argmin() if sort == "false acceptance" else between.argmax()
    reference, probe = np.unravel_index(place, between.shape)
    name = whose.names[whose.identity[references[reference]]]
    rows = (int(whose.rows[references[reference]]), int(whose.rows[probes[probe]]))
    return Mistake(sort, name, *rows, float(between[reference, probe]), threshold.threshold)
