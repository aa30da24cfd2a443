"""Comparisons of images: verification with one or several references, and identification.

Every comparison is a claim: a probe (genuine image, skilled forgery, or genuine image of another
identity) against the references of the claimed identity. Distances are Euclidean, unless a
fusion measures another.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.sampling import Draws, Labels

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Scores(NamedTuple):
    """Comparisons of one kind.

    Attributes:
        distance: float32 [n].
        identity: int32 [n], the claimed one: its position among the sorted distinct identities.
        probe: int32 [n], the identity that the probed image shows, likewise; None where it is the
            claimed one, or imitates it.
    """

    distance: NDArray[np.float32]
    identity: NDArray[np.int32]
    probe: NDArray[np.int32] | None = None

    def select(self, rows: Indices) -> "Scores":
        """Returns the comparisons [m] of some rows."""
        probe = None if self.probe is None else self.probe[rows]
        return Scores(self.distance[rows], self.identity[rows], probe)

    @classmethod
    def of_columns(cls, distance: ArrayLike, identity: ArrayLike, probe: ArrayLike) -> "Scores":
        """Returns comparisons whose probes may all be those of the claimed identities."""
        claimed, probed = np.asarray(identity, np.int32), np.asarray(probe, np.int32)
        distances = np.asarray(distance, np.float32)
        return cls(distances, claimed, None if np.array_equal(probed, claimed) else probed)

    @classmethod
    def join(cls, parts: Sequence["Scores"]) -> "Scores":
        """Returns all comparisons of some parts, one at least, of one kind."""
        distance = np.concatenate([part.distance for part in parts])
        identity = np.concatenate([part.identity for part in parts])
        probes = [part.probe for part in parts if part.probe is not None]
        return cls(distance, identity, np.concatenate(probes) if probes else None)


class Comparisons(NamedTuple):
    """Genuine, skilled and random comparisons; a kind that the data does not have is empty."""

    genuine: Scores
    skilled: Scores
    random: Scores
    n_identities: int


class ClaimedImages(NamedTuple):
    """Rows of the images that are compared with one identity's references."""

    identity: int
    genuine: Indices
    forgeries: Indices
    others: Indices


def distances(left: Floats, right: Floats) -> Floats:
    """Computes Euclidean distances [n, m] of the rows of float64 [n, D] and [m, D].

    They are |x|² + |y|² − 2xy, by one matrix product.
    """
    squares: Floats = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * (left @ right.T)
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


Fusion: TypeAlias = Callable[[Floats, Floats, NDArray[np.bool_]], Floats]
"""A function that makes one distance of those to one or several references.

From an identity's genuine embeddings [n, D], probes [m, D] and references bool [R, n], a row a
draw, to distances [R, m].
"""


def mean(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
    """Computes the mean distance to the references."""
    return np.asarray(_weights(references) @ distances(genuine, probes))


def nearest(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
    """Computes the distance to the nearest reference."""
    each = distances(genuine, probes)
    return np.stack([each[row].min(axis=0) for row in references])


def farthest(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
    """Computes the distance to the farthest reference."""
    each = distances(genuine, probes)
    return np.stack([each[row].max(axis=0) for row in references])


def centre(genuine: Floats, probes: Floats, references: NDArray[np.bool_]) -> Floats:
    """Computes the distance to the references' mean embedding."""
    return distances(_weights(references) @ genuine, probes)


def compare(
    embeddings: ArrayLike, labels: Labels, draws: Draws, fuse: Fusion = mean
) -> Comparisons:
    """Computes all comparisons, with one reference (refs_1) or with several (refs_5).

    One reference: every genuine image is a reference in turn. Each pair of genuine images of an
    identity counts once; a pair of two identities counts once as a claim of each. Several: in each
    of the seeded draws the probe's distance is fused over the drawn references, and all other
    genuine images are probes. Identities with no more than `references` genuine images are never
    claimed (`n_identities` counts those that are); their images stay probes. Images of another
    collection are no probes: their scanner would give them away.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        draws: of the references.
        fuse: makes one distance of those to the references.
    """
    vectors = np.asarray(embeddings, np.float64)
    code = np.unique(labels.identity, return_inverse=True)[1].astype(np.int32)
    names: list[int] = []
    probes: list[NDArray[np.int32]] = []
    parts: list[tuple[Floats, Floats, Floats]] = []
    for claim in claimed_images(labels, draws.references + 1):
        own = vectors[claim.genuine]
        draw = draw_references(len(own), claim.identity, draws)
        genuine = fuse(own, own, draw.references)[draw.probes]
        skilled = fuse(own, vectors[claim.forgeries], draw.references)
        random = fuse(own, vectors[claim.others], draw.references)
        names.append(claim.identity)
        parts.append((genuine, skilled.ravel(), random.ravel()))
        probes.append(np.tile(code[claim.others], len(random)))
    scores = _scores(names, [part[2] for part in parts])
    return Comparisons(
        _scores(names, [part[0] for part in parts]),
        _scores(names, [part[1] for part in parts]),
        scores._replace(probe=np.concatenate([np.zeros(0, np.int32), *probes])),
        len(names),
    )


class DrawnReferences(NamedTuple):
    """References of the claims of one identity that has n genuine images, in R draws.

    Attributes:
        references: bool [R, n], its genuine images that are references; with a single reference
            each image in turn.
        probes: bool [R, n], its genuine images that are probes; with a single reference those
            behind it, so that each pair counts once.
    """

    references: NDArray[np.bool_]
    probes: NDArray[np.bool_]


def draw_references(genuine: int, identity: int, draws: Draws) -> DrawnReferences:
    """Draws the references among so many genuine images of an identity."""
    if draws.references == 1:
        references = np.eye(genuine, dtype=bool)
        return DrawnReferences(references, np.triu(~references))
    references = _draw(genuine, identity, draws)
    return DrawnReferences(references, ~references)


def identification_accuracy(embeddings: ArrayLike, labels: Labels, draws: Draws) -> float:
    """Computes the share of genuine probes whose own identity is the nearest of the gallery.

    Arguments as `compare`.

    Returns:
        The accuracy over all draws; NaN where fewer than two identities or no probes are left.
    """
    first = [search.rank() == 1 for search in searches(embeddings, labels, draws)]
    right = np.concatenate([np.zeros(0, bool), *first])
    return float(right.mean()) if len(right) else float("nan")


class Search(NamedTuple):
    """The probes of one draw against a gallery.

    Attributes:
        distance: float64 [n, G], of each probe to each enrolled identity.
        identity: int [n], of each probe: its position among the sorted distinct identities.
        enrolled: int [G], identity of each column.
    """

    distance: Floats
    identity: Indices
    enrolled: Indices

    def rank(self) -> Indices:
        """Computes the rank [n] of each probe's own identity, 1 being the nearest; ties are lost.

        The identity must be enrolled.
        """
        own = np.searchsorted(self.enrolled, self.identity)
        nearer = self.distance <= np.take_along_axis(self.distance, own[:, None], axis=1)
        return np.asarray(nearer.sum(axis=1))


def searches(embeddings: ArrayLike, labels: Labels, draws: Draws) -> Iterator[Search]:
    """Yields one search a draw, none where fewer than two identities can be enrolled.

    The gallery holds each identity's mean embedding of `references` drawn genuine images; all other
    genuine images are probes. Identities with fewer genuine images than `references` are left out.
    Arguments as `compare`.
    """
    vectors = np.asarray(embeddings, np.float64)
    claims = list(claimed_images(labels, draws.references))
    if len(claims) < 2:
        return
    enrolled = np.array([claim.identity for claim in claims])
    selections = [_draw(len(c.genuine), c.identity, draws) for c in claims]
    for draw in range(draws.number):
        gallery, probes = [], []
        for claim, selection in zip(claims, selections, strict=True):
            gallery.append(vectors[claim.genuine[selection[draw]]].mean(axis=0))
            probes.append(claim.genuine[~selection[draw]])
        identity = np.repeat(enrolled, [len(rows) for rows in probes])
        distance = distances(vectors[np.concatenate(probes)], np.stack(gallery))
        yield Search(distance, identity, enrolled)


def _weights(references: NDArray[np.bool_]) -> Floats:
    return np.asarray(references / references.sum(axis=1, keepdims=True))


def claimed_images(labels: Labels, at_least: int) -> Iterator[ClaimedImages]:
    """Yields each identity with at least so many genuine images, with the rows to compare."""
    names, code = np.unique(labels.identity, return_inverse=True)
    forged = np.asarray(labels.forged, bool)
    collection = labels.collections()
    for position in range(len(names)):
        own = code == position
        genuine = np.flatnonzero(own & ~forged)
        if len(genuine) >= at_least:
            beside = collection == collection[genuine[0]]
            forgeries, others = (
                np.flatnonzero(own & forged),
                np.flatnonzero(beside & ~own & ~forged),
            )
            yield ClaimedImages(position, genuine, forgeries, others)


def _draw(count: int, identity: int, draws: Draws) -> NDArray[np.bool_]:
    """Draws references among an identity's images without replacement: bool [draws, count]."""
    generator = np.random.default_rng([draws.seed, identity])
    order = generator.permuted(np.tile(np.arange(count), (draws.number, 1)), axis=1)
    selection = np.zeros((draws.number, count), bool)
    np.put_along_axis(selection, order[:, : draws.references], True, axis=1)
    return selection


def _scores(names: list[int], parts: list[Floats]) -> Scores:
    floats32 = [part.astype(np.float32) for part in parts]
    distance = np.concatenate([np.zeros(0, np.float32), *floats32])
    claimed = np.repeat(np.asarray(names, np.int32), [len(part) for part in parts])
    return Scores(distance, claimed)
