"""Which images are compared with which: verification with one or several references, and
identification.

Every comparison is a claim: a probe (genuine image, skilled forgery, or genuine image of another
identity) against the references of the claimed identity. Distances are Euclidean.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from components.shared.verification.sampling import Draws, Labels

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


class Scores(NamedTuple):
    """Comparisons of one kind. `identity` is the claimed one: its position among the sorted
    distinct identities.
    """

    distance: NDArray[np.float32]
    identity: NDArray[np.int32]


class Comparisons(NamedTuple):
    """Genuine, skilled and random comparisons; a kind that the data does not have is empty."""

    genuine: Scores
    skilled: Scores
    random: Scores
    n_identities: int


class _Claim(NamedTuple):
    identity: int
    genuine: Indices
    forgeries: Indices
    others: Indices


def distances(left: Floats, right: Floats) -> Floats:
    """Euclidean distances [n, m] of the rows of float64 [n, D] and [m, D], by one matrix product."""
    squares: Floats = (left**2).sum(axis=1)[:, None] + (right**2).sum(axis=1) - 2 * (left @ right.T)
    return np.asarray(np.sqrt(np.maximum(squares, 0)))


Fusion: TypeAlias = Callable[[Floats, Floats, NDArray[np.bool_]], Floats]
"""From an identity's genuine embeddings [n, D], probes [m, D] and drawn references bool [R, n] to distances [R, m]."""


def mean(genuine: Floats, probes: Floats, drawn: NDArray[np.bool_]) -> Floats:
    """The mean distance to the references."""
    return np.asarray(_weights(drawn) @ distances(genuine, probes))


def nearest(genuine: Floats, probes: Floats, drawn: NDArray[np.bool_]) -> Floats:
    """The distance to the nearest reference."""
    each = distances(genuine, probes)
    return np.stack([each[references].min(axis=0) for references in drawn])


def farthest(genuine: Floats, probes: Floats, drawn: NDArray[np.bool_]) -> Floats:
    """The distance to the farthest reference."""
    each = distances(genuine, probes)
    return np.stack([each[references].max(axis=0) for references in drawn])


def centre(genuine: Floats, probes: Floats, drawn: NDArray[np.bool_]) -> Floats:
    """The distance to the references' mean embedding."""
    return distances(_weights(drawn) @ genuine, probes)


def compare(
    embeddings: ArrayLike, labels: Labels, draws: Draws, fuse: Fusion = mean
) -> Comparisons:
    """Computes all comparisons, with one reference (refs_1) or with several (refs_5).

    One reference: every genuine image is a reference in turn. Each pair of genuine images of an
    identity counts once; a pair of two identities counts once as a claim of each. Several: in each
    of the seeded draws the probe's distance is fused over the drawn references, and all other
    genuine images are probes. Identities with no more than `references` genuine images are never
    claimed (`n_identities` counts those that are); their images stay probes.

    Args:
        embeddings: float [N, D].
        labels: of the N images.
        draws: of the references.
        fuse: makes one distance of those to several references.
    """
    vectors = np.asarray(embeddings, np.float64)
    names: list[int] = []
    parts: list[tuple[Floats, Floats, Floats]] = []
    for claim in _claims(labels, draws.references + 1):
        own = vectors[claim.genuine]
        drawn, counted, fused = drawing(len(own), claim.identity, draws, fuse)
        each = [
            fused(own, vectors[rows], drawn)
            for rows in (claim.genuine, claim.forgeries, claim.others)
        ]
        same, skilled, random = each[0][counted], each[1], each[2]
        names.append(claim.identity)
        parts.append((same, skilled.ravel(), random.ravel()))
    genuine, forgery, other = (_scores(names, [part[kind] for part in parts]) for kind in range(3))
    return Comparisons(genuine, forgery, other, len(names))


class Drawing(NamedTuple):
    """The references of the claims of one identity.

    Attributes:
        drawn: bool [R, n], which of its genuine images they are; with a single reference each image
            in turn.
        counted: bool [R, n], which of them are probes.
        fuse: makes one distance of those to the references.
    """

    drawn: NDArray[np.bool_]
    counted: NDArray[np.bool_]
    fuse: Fusion


def drawing(genuine: int, identity: int, draws: Draws, fuse: Fusion) -> Drawing:
    """The references among so many genuine images of an identity; the other arguments as `compare`."""
    if draws.references == 1:
        drawn = np.eye(genuine, dtype=bool)
        return Drawing(drawn, np.triu(~drawn), _single)
    drawn = _draw(genuine, identity, draws)
    return Drawing(drawn, ~drawn, fuse)


def identification_accuracy(embeddings: ArrayLike, labels: Labels, draws: Draws) -> float:
    """Rank-1 identification: the share of genuine probes whose own identity is the nearest of the
    gallery.

    Arguments as `compare`.

    Returns:
        The accuracy over all draws; NaN where fewer than two identities or no probes are left.
    """
    found = [search.rank() == 1 for search in searches(embeddings, labels, draws)]
    right = np.concatenate([np.zeros(0, bool), *found])
    return float(right.mean()) if len(right) else float("nan")


class Search(NamedTuple):
    """The probes of one draw against a gallery.

    Attributes:
        distance: float64 [n, G], of each probe to each enrolled identity.
        identity: int [n], whose image the probe is: its position among the sorted distinct
            identities.
        enrolled: int [G], whose column it is.
    """

    distance: Floats
    identity: Indices
    enrolled: Indices

    def rank(self) -> Indices:
        """[n] the place of each probe's own identity, from 1; a tie is lost. The identity must be
        enrolled.
        """
        own = np.searchsorted(self.enrolled, self.identity)
        nearer = self.distance <= np.take_along_axis(self.distance, own[:, None], axis=1)
        return np.asarray(nearer.sum(axis=1))


def searches(embeddings: ArrayLike, labels: Labels, draws: Draws) -> Iterator[Search]:
    """One search a draw, none where fewer than two identities can be enrolled.

    The gallery holds each identity's mean embedding of `references` drawn genuine images; all other
    genuine images are probes. Identities with fewer genuine images than `references` are left out.
    Arguments as `compare`.
    """
    vectors = np.asarray(embeddings, np.float64)
    claims = list(_claims(labels, draws.references))
    if len(claims) < 2:
        return
    enrolled = np.array([claim.identity for claim in claims])
    selections = [_draw(len(c.genuine), c.identity, draws) for c in claims]
    for draw in range(draws.number):
        drawn = [selection[draw] for selection in selections]
        gallery = np.stack(
            [vectors[c.genuine[d]].mean(axis=0) for c, d in zip(claims, drawn, strict=True)]
        )
        questioned = np.concatenate([c.genuine[~d] for c, d in zip(claims, drawn, strict=True)])
        whose = np.repeat(enrolled, [int((~d).sum()) for d in drawn])
        yield Search(distances(vectors[questioned], gallery), whose, enrolled)


def _single(genuine: Floats, probes: Floats, _: NDArray[np.bool_]) -> Floats:
    return distances(genuine, probes)


def _weights(drawn: NDArray[np.bool_]) -> Floats:
    return np.asarray(drawn / drawn.sum(axis=1, keepdims=True))


def _claims(labels: Labels, at_least: int) -> Iterator[_Claim]:
    """Each identity with at least so many genuine images: its rows, and the genuine rows of the
    others.
    """
    names, code = np.unique(labels.identity, return_inverse=True)
    fake = np.asarray(labels.forged, bool)
    for position in range(len(names)):
        own = code == position
        genuine = np.flatnonzero(own & ~fake)
        if len(genuine) >= at_least:
            yield _Claim(
                position, genuine, np.flatnonzero(own & fake), np.flatnonzero(~own & ~fake)
            )


def _draw(count: int, identity: int, draws: Draws) -> NDArray[np.bool_]:
    """Draws references among an identity's images without replacement: bool [draws, count]."""
    generator = np.random.default_rng([draws.seed, identity])
    order = generator.permuted(np.tile(np.arange(count), (draws.number, 1)), axis=1)
    selection = np.zeros((draws.number, count), bool)
    np.put_along_axis(selection, order[:, : draws.references], True, axis=1)
    return selection


def _scores(names: list[int], parts: list[Floats]) -> Scores:
    distance = np.concatenate(
        [np.zeros(0, np.float32), *(part.astype(np.float32) for part in parts)]
    )
    claimed = np.repeat(np.asarray(names, np.int32), [len(part) for part in parts])
    return Scores(distance, claimed)
