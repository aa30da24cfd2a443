"""Features of claims: what references and a questioned image say, before it is weighed.

A claim is k references of an identity and a probe. Distances between signatures of one hand differ
from hand to hand and from scanner to scanner; the spread among the references shows how far apart
genuine images of this claim are to be expected, and the variety within each reference does so
where there is but one.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.comparisons import Floats, distances

SMALLEST = 1e-3
"""Smaller distances, of an image and its copy, count as this one."""


class ClaimFeatures(NamedTuple):
    """Features of R draws of k references with m probes each.

    Distances are natural logarithms of Euclidean ones. Each is scaled so that it is the logarithm
    of one and the same scatter if embeddings of an identity are scattered alike in all directions.

    Attributes:
        references: k.
        mean: [R, m], mean distance to the references.
        centre: [R, m], distance to the references' mean embedding.
        nearest: [R, m], distance to the nearest reference.
        spread: [R], mean distance among the references; 0 where there is but one.
        variety: [R], of a reference, the mean distance between each two neighbouring parts of its
            embedding, 0 where that has one part; the mean over the references.
    """

    references: int
    mean: Floats
    centre: Floats
    nearest: Floats
    spread: Floats
    variety: Floats


def describe(
    genuine: Floats, probes: Floats, references: NDArray[np.bool_], parts: int = 1
) -> ClaimFeatures:
    """Computes the features of claims of one identity.

    Args:
        genuine: float64 [n, D], embeddings of the identity's genuine images.
        probes: float64 [m, D].
        references: bool [R, n], in each row those of a draw, k of them.
        parts: number of equal parts of an embedding, that of each view of the image.

    Two references at 0 and 1 on a line, a probe at 2: the distances are 2 and 1, and their mean
    1.5 is divided by √2.

    >>> claim = describe(np.array([[0.0], [1.0]]), np.array([[2.0]]), np.array([[True, True]]))
    >>> (np.exp(claim.mean) * 2**0.5).round(3).tolist(), claim.references
    ([[1.5]], 2)
    """
    count = int(references[0].sum())
    weights = references / count
    to_references = distances(genuine, probes)
    nearest = [to_references[row].min(axis=0) for row in references]
    return ClaimFeatures(
        references=count,
        mean=_log(weights @ to_references, 2),
        centre=_log(distances(weights @ genuine, probes), 1 + 1 / count),
        nearest=_log(np.stack(nearest), 2),
        spread=_spread(genuine, references, count),
        variety=weights @ variety(genuine, parts),
    )


def describe_people(references: Floats, probes: Floats, parts: int = 1) -> ClaimFeatures:
    """Computes the features of claims of N people, as `describe` does of R draws.

    Args:
        references: float64 [N, k, D], k of each person.
        probes: float64 [m, D].
        parts: as `describe`.

    Returns:
        With a row for each person in the place of a draw.
    """
    people, count, size = references.shape
    every = references.reshape(people * count, size)
    apart = distances(every, probes).reshape(people, count, len(probes))
    everyone = np.ones((1, count), bool)
    spread = [_spread(own, everyone, count)[0] for own in references]
    return ClaimFeatures(
        references=count,
        mean=_log(apart.mean(axis=1), 2),
        centre=_log(distances(references.mean(axis=1), probes), 1 + 1 / count),
        nearest=_log(apart.min(axis=1), 2),
        spread=np.array(spread),
        variety=variety(every, parts).reshape(people, count).mean(axis=1),
    )


def variety(embeddings: Floats, parts: int) -> Floats:
    """Computes the mean log distance [n] between the parts 1 and 2, 3 and 4, … of embeddings."""
    vectors = embeddings.reshape(len(embeddings), parts, -1)
    if parts == 1:
        return np.zeros(len(embeddings))
    pairs = parts // 2
    apart = vectors[:, 0 : 2 * pairs : 2] - vectors[:, 1 : 2 * pairs : 2]
    return np.asarray(_log(np.linalg.norm(apart, axis=2), 1).mean(axis=1))


def _spread(genuine: Floats, references: NDArray[np.bool_], count: int) -> Floats:
    if count == 1:
        return np.zeros(len(references))
    among = distances(genuine, genuine)
    np.fill_diagonal(among, 0.0)
    chosen = references.astype(np.float64)
    total = ((chosen @ among) * chosen).sum(axis=1)
    return _log(total / (count * (count - 1)), 2)


def _log(distance: Floats, scale: float) -> Floats:
    """Returns the logarithms of distances, whose squares are divided by `scale`."""
    return np.asarray(np.log(np.maximum(distance, SMALLEST) / np.sqrt(scale)))
