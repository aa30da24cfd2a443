"""Pairs of images, drawn with replacement so that every identity counts alike."""

from typing import NamedTuple, Self

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.comparisons import Indices
from components.shared.verification.sampling import Labels


class Pairs(NamedTuple):
    """Pairs of images: their positions, int [p] each."""

    left: Indices
    right: Indices

    def select(self, where: NDArray[np.bool_]) -> "Pairs":
        """Returns the pairs at bool [p]."""
        return Pairs(self.left[where], self.right[where])


class PairSource:
    """A source of pairs of N images.

    Args:
        labels: of the images.
        seed: of the draws.
    """

    def __init__(self, labels: Labels, seed: int) -> None:
        self._generator = np.random.default_rng(seed)
        self._code = np.unique(labels.identity, return_inverse=True)[1]
        self._genuine = _Images.group(self._code, ~labels.forged)
        self._forged = _Images.group(self._code, labels.forged)
        self._collection = np.zeros(self._code.max(initial=-1) + 1, np.intp)
        self._collection[self._code] = labels.collections()

    def draw_genuine(self, number: int) -> Pairs:
        """Draws pairs of two genuine images of an identity, at most so many."""
        identity = self._draw_identities(self._genuine.size > 1, number)
        pairs = Pairs(self._draw(self._genuine, identity), self._draw(self._genuine, identity))
        return pairs.select(pairs.left != pairs.right)

    def draw_skilled(self, number: int) -> Pairs:
        """Draws pairs of a genuine image and a forgery of the same identity, so many or none."""
        both = (self._genuine.size > 0) & (self._forged.size > 0)
        identity = self._draw_identities(both, number)
        return Pairs(self._draw(self._genuine, identity), self._draw(self._forged, identity))

    def draw_random(self, number: int) -> Pairs:
        """Draws pairs of genuine images of two identities of a collection, at most so many."""
        claimed = self._draw_identities(self._genuine.size > 0, number)
        other = self._generator.permutation(claimed)
        pairs = Pairs(self._draw(self._genuine, claimed), self._draw(self._genuine, other))
        beside = self._collection[claimed] == self._collection[other]
        return pairs.select((claimed != other) & beside)

    def _draw_identities(self, candidates: NDArray[np.bool_], number: int) -> Indices:
        identities = np.flatnonzero(candidates)
        number = number if len(identities) else 0
        return identities[self._generator.integers(len(identities), size=number)]

    def _draw(self, images: "_Images", identity: Indices) -> Indices:
        """Draws an image of each of some identities, which have one at least."""
        place = self._generator.integers(images.size[identity])
        return np.asarray(images.rows[images.start[identity] + place])


class _Images(NamedTuple):
    """Images by identity.

    Attributes:
        rows: int [m], those of one identity behind each other.
        start: int [K], where those of each identity begin.
        size: int [K], how many each has.
    """

    rows: Indices
    start: Indices
    size: Indices

    @classmethod
    def group(cls, code: Indices, where: NDArray[np.bool_]) -> Self:
        """Groups the images at `where` by their identities, 0 to K − 1."""
        rows = np.flatnonzero(where)
        rows = rows[np.argsort(code[rows], kind="stable")]
        size = np.bincount(code[rows], minlength=code.max(initial=-1) + 1)
        return cls(rows, np.cumsum(size) - size, size)
