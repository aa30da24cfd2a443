"""Intervals by resampling identities (the percentile bootstrap), exact for each resample.

The identities of a test are the sample; its comparisons are not independent. A resample is a weight
for each claimed identity: how often it was drawn. Weighted counts at every operating point are a
matrix product of weights and counts by identity, first at about √n operating points, then at all of
those in the stretch where the curve crosses.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.comparisons import Scores
from components.shared.verification.resampling import Floats


class Side(NamedTuple):
    """Comparisons of one sort by ascending distance: rank of the distance [n], identity [n], counts
    below each edge.
    """

    rank: NDArray[np.intp]
    identity: NDArray[np.intp]
    below: Floats


class Resampling:
    """Error rates of one set of comparisons under weights of its identities.

    Args:
        genuine: comparisons of an identity with itself.
        impostor: comparisons with something else; the claimed identity is resampled.
    """

    def __init__(self, genuine: Scores, impostor: Scores) -> None:
        self.names: NDArray[np.integer] = np.union1d(genuine.identity, impostor.identity)
        distances, rank = np.unique(
            np.concatenate([genuine.distance, impostor.distance]), return_inverse=True
        )
        stretches = int(np.ceil(np.sqrt(len(distances))))
        self._edges = np.unique(np.linspace(0, len(distances), stretches + 1).astype(np.intp))
        count = len(genuine.distance)
        self._genuine = self._side(rank[:count], genuine)
        self._impostor = self._side(rank[count:], impostor)
        self._wins: Floats | None = None

    def eer(self, weights: Floats) -> Floats:
        """The EER of each resample; NaN where one has no genuine or no impostor comparisons.

        Args:
            weights: [B, K], how often each of the K identities in `names` was drawn.
        """
        far, frr = self._around(weights, lambda far, frr: far - frr >= 0)
        gap = far - frr
        share = gap[:, 0] / (gap[:, 0] - gap[:, 1])
        return np.asarray(far[:, 0] + share * (far[:, 1] - far[:, 0]))

    def frr_at_far(self, weights: Floats, limit: float) -> Floats:
        """The least FRR with FAR ≤ `limit` of each resample, as `eer`."""
        return self._around(weights, lambda far, _: far > limit)[1][:, 0]

    def auc(self, weights: Floats) -> Floats:
        """The area under the ROC of each resample, as `eer`."""
        if self._wins is None:
            self._wins = self._count_wins()
        with np.errstate(invalid="ignore"):
            pairs = (weights @ self._genuine.below[:, -1]) * (weights @ self._impostor.below[:, -1])
            return np.asarray(((weights @ self._wins) * weights).sum(axis=1) / pairs)

    def _around(
        self, weights: Floats, reached: Callable[[Floats, Floats], NDArray[np.bool_]]
    ) -> tuple[Floats, Floats]:
        """FAR and FRR, each [B, 2], at the operating points just before and at which `reached`
        first holds.
        """
        far, frr = self._rates(weights, self._genuine.below, self._impostor.below)
        stretch = np.argmax(reached(far, frr), axis=1)
        result = np.full((2, len(weights), 2), np.nan)
        known = np.isfinite(far[:, -1]) & np.isfinite(frr[:, -1])
        for end in np.unique(stretch[known]):
            these = np.flatnonzero(known & (stretch == end))
            fine = (self._inside(side, int(end)) for side in (self._genuine, self._impostor))
            far, frr = self._rates(weights[these], *fine)
            after = np.argmax(reached(far, frr), axis=1)
            points = np.stack([after - 1, after], axis=1)
            result[0, these] = np.take_along_axis(far, points, axis=1)
            result[1, these] = np.take_along_axis(frr, points, axis=1)
        return result[0], result[1]

    def _rates(self, weights: Floats, genuine: Floats, impostor: Floats) -> tuple[Floats, Floats]:
        """FAR and FRR [B, T] where `genuine` and `impostor` [K, T] comparisons of each identity are
        accepted.
        """
        same = (weights @ self._genuine.below[:, -1])[:, None]
        other = (weights @ self._impostor.below[:, -1])[:, None]
        with np.errstate(invalid="ignore"):
            return weights @ impostor / other, (same - weights @ genuine) / same

    def _inside(self, side: Side, end: int) -> Floats:
        """Comparisons of each identity accepted at every operating point from the edge before to
        edge `end`.
        """
        first, last = self._edges[end - 1], self._edges[end]
        rows = slice(*np.searchsorted(side.rank, [first, last]))
        counts = np.zeros((len(self.names), last - first + 1))
        np.add.at(counts, (side.identity[rows], side.rank[rows] - first + 1), 1)
        counts[:, 0] = side.below[:, end - 1]
        return np.cumsum(counts, axis=1)

    def _side(self, rank: NDArray[np.intp], scores: Scores) -> Side:
        order = np.argsort(rank, kind="stable")
        rank, identity = rank[order], np.searchsorted(self.names, scores.identity[order])
        cell = identity * len(self._edges) + np.searchsorted(self._edges, rank, side="right")
        counts = np.bincount(cell, minlength=len(self.names) * len(self._edges)).reshape(
            len(self.names), -1
        )
        return Side(rank, identity, np.cumsum(counts, axis=1, dtype=np.float64))

    def _count_wins(self) -> Floats:
        """[K, K] pairs of a genuine and an impostor comparison in the right order, ties one half,
        by identity.
        """
        wins = np.empty((len(self.names), len(self.names)))
        for other in range(len(self.names)):
            rank = self._impostor.rank[self._impostor.identity == other]
            below = (
                np.searchsorted(rank, self._genuine.rank, side=side) for side in ("left", "right")
            )
            won = len(rank) - sum(below) / 2
            wins[:, other] = np.bincount(self._genuine.identity, won, minlength=len(self.names))
        return wins


class CountedResampling(Resampling):
    """As `Resampling`, where only counts are known: the EER is interpolated between their
    thresholds.

    FRR at a FAR is that of the last threshold with no larger FAR, and the area that of the
    polyline.

    Args:
        names: [K] the identities.
        genuine: [K, T] comparisons of an identity with itself accepted at each threshold, from none
            to all.
        impostor: [K, T] comparisons with something else.
    """

    def __init__(self, names: NDArray[np.integer], genuine: Floats, impostor: Floats) -> None:
        nowhere = np.zeros(0, np.intp)
        self.names = names
        self._genuine, self._impostor = (
            Side(nowhere, nowhere, genuine),
            Side(nowhere, nowhere, impostor),
        )

    def auc(self, weights: Floats) -> Floats:
        same, other = weights @ self._genuine.below, weights @ self._impostor.below
        farther = other[:, -1:] - (other[:, 1:] + other[:, :-1]) / 2
        with np.errstate(invalid="ignore"):
            return np.asarray(
                (np.diff(same, axis=1) * farther).sum(axis=1) / (same[:, -1] * other[:, -1])
            )

    def _inside(self, side: Side, end: int) -> Floats:
        return side.below[:, end - 1 : end + 1]
