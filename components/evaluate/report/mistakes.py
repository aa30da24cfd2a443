"""The most confident mistakes: pairs of images farthest on the wrong side of the threshold."""

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.shared.verification.comparisons import distances
from components.shared.verification.threshold import Threshold

MAX_PER_ERROR = 6
Error = Literal["false acceptance", "false rejection"]


class Mistake(NamedTuple):
    """One comparison with a single reference that the threshold decides wrongly.

    Attributes:
        error: false acceptance or false rejection.
        identity: the claimed one.
        reference: row of the enrolled image in the store.
        probe: row of the questioned image.
        distance: between the two.
        threshold: at or below which a distance is accepted.
    """

    error: Error
    identity: str
    reference: int
    probe: int
    distance: float
    threshold: float


def most_confident_mistakes(
    embeddings: NDArray[np.float32],
    part: EvaluationSet,
    threshold: Threshold,
    limit: int = MAX_PER_ERROR,
) -> list[Mistake]:
    """Finds the nearest accepted impostors, and the farthest rejected genuine images.

    Each identity has one mistake of each error at most, so that a single odd image does not fill
    the list.

    Args:
        embeddings: float32 [n, D] of the part's images.
        part: the identities of the images.
        threshold: of comparisons with a single reference; its kind is that of the impostors.
        limit: mistakes of each error.

    Returns:
        False acceptances, nearest first, then false rejections, farthest first.
    """
    accepted: list[Mistake] = []
    rejected: list[Mistake] = []
    collection = part.labels.collections()
    for code in range(len(part.names)):
        own = part.identity == code
        genuine = np.flatnonzero(own & ~part.forged)
        others = ~own & ~part.forged & (collection == collection[own.argmax()])
        impostor = np.flatnonzero(own & part.forged if threshold.kind == "skilled" else others)
        if len(genuine) and len(impostor):
            pair = _extreme("false acceptance", embeddings, part, genuine, impostor, threshold)
            accepted += [pair] if pair.distance <= threshold.threshold else []
        if len(genuine) > 1:
            pair = _extreme("false rejection", embeddings, part, genuine, genuine, threshold)
            rejected += [pair] if pair.distance > threshold.threshold else []
    accepted.sort(key=lambda mistake: mistake.distance)
    rejected.sort(key=lambda mistake: -mistake.distance)
    return accepted[:limit] + rejected[:limit]


def _extreme(
    error: Error,
    embeddings: NDArray[np.float32],
    part: EvaluationSet,
    references: NDArray[np.intp],
    probes: NDArray[np.intp],
    threshold: Threshold,
) -> Mistake:
    """Returns the nearest pair for a false acceptance, the farthest for a false rejection."""
    matrix = distances(
        embeddings[references].astype(np.float64), embeddings[probes].astype(np.float64)
    )
    place = matrix.argmin() if error == "false acceptance" else matrix.argmax()
    i, j = np.unravel_index(place, matrix.shape)
    reference, probe = references[i], probes[j]
    return Mistake(
        error,
        part.names[part.identity[reference]],
        reference=int(part.rows[reference]),
        probe=int(part.rows[probe]),
        distance=float(matrix[i, j]),
        threshold=threshold.threshold,
    )
