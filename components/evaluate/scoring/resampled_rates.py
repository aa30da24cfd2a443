"""Error rates of resampled identities (the percentile bootstrap), exact for each resample.

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

Condition = Callable[[Floats, Floats], NDArray[np.bool_]]
"""From FAR and FRR, each [B, T], to bool [B, T]; once true, true for all larger thresholds."""


class RankedScores(NamedTuple):
    """Genuine or impostor comparisons by ascending distance.

    Attributes:
        rank: int [n], of the distance among all distinct ones.
        identity: int [n], position among the K identities.
        below: float [K, E], comparisons of each identity below each edge.
    """

    rank: NDArray[np.intp]
    identity: NDArray[np.intp]
    below: Floats


class ResampledRates:
    """Error rates of one set of comparisons under weights of its identities.

    Args:
        genuine: comparisons of an identity with itself.
        impostor: comparisons with something else; the claimed identity is resampled.

    Attributes:
        names: int [K], the identities that have comparisons.

    Identity 0 has genuine distances 1, 2 and an impostor's at 3; identity 1 has 4 and 5. One
    threshold for both errs, each alone is told apart:

    >>> genuine = Scores(np.float32([1, 2, 4]), np.int32([0, 0, 1]))
    >>> impostor = Scores(np.float32([3, 5]), np.int32([0, 1]))
    >>> rates = ResampledRates(genuine, impostor)
    >>> rates.eer(np.array([[1.0, 1.0], [2.0, 0.0], [0.0, 2.0]])).round(3).tolist()
    [0.333, 0.0, 0.0]
    """

    def __init__(self, genuine: Scores, impostor: Scores) -> None:
        self.names: NDArray[np.integer] = np.union1d(genuine.identity, impostor.identity)
        together = np.concatenate([genuine.distance, impostor.distance])
        distances, rank = np.unique(together, return_inverse=True)
        stretches = int(np.ceil(np.sqrt(len(distances))))
        self._edges = np.unique(np.linspace(0, len(distances), stretches + 1).astype(np.intp))
        count = len(genuine.distance)
        self._genuine = self._ranked(rank[:count], genuine)
        self._impostor = self._ranked(rank[count:], impostor)
        self._wins: Floats | None = None

    def eer(self, weights: Floats) -> Floats:
        """Computes the EER of each resample.

        Args:
            weights: [B, K], how often each of the K identities in `names` was drawn.

        Returns:
            [B]; NaN where a resample has no genuine or no impostor comparisons.
        """
        far, frr = self._around(weights, lambda far, frr: far - frr >= 0)
        gap = far - frr
        share = gap[:, 0] / (gap[:, 0] - gap[:, 1])
        return np.asarray(far[:, 0] + share * (far[:, 1] - far[:, 0]))

    def frr_at_far(self, weights: Floats, limit: float) -> Floats:
        """Computes the least FRR with FAR ≤ `limit` of each resample, as `eer`."""
        return self._around(weights, lambda far, _: far > limit)[1][:, 0]

    def auc(self, weights: Floats) -> Floats:
        """Computes the area under the ROC of each resample, as `eer`."""
        if self._wins is None:
            self._wins = self._count_wins()
        genuine, impostor = self._genuine.below[:, -1], self._impostor.below[:, -1]
        with np.errstate(invalid="ignore"):
            pairs = (weights @ genuine) * (weights @ impostor)
            return np.asarray(((weights @ self._wins) * weights).sum(axis=1) / pairs)

    def _around(self, weights: Floats, reached: Condition) -> tuple[Floats, Floats]:
        """Finds the operating points just before and at which `reached` first holds.

        Returns:
            FAR and FRR, each [B, 2].
        """
        far, frr = self._rates(weights, self._genuine.below, self._impostor.below)
        stretch = np.argmax(reached(far, frr), axis=1)
        result = np.full((2, len(weights), 2), np.nan)
        known = np.isfinite(far[:, -1]) & np.isfinite(frr[:, -1])
        for end in np.unique(stretch[known]):
            rows = np.flatnonzero(known & (stretch == end))
            genuine = self._inside(self._genuine, int(end))
            impostor = self._inside(self._impostor, int(end))
            far, frr = self._rates(weights[rows], genuine, impostor)
            after = np.argmax(reached(far, frr), axis=1)
            points = np.stack([after - 1, after], axis=1)
            result[0, rows] = np.take_along_axis(far, points, axis=1)
            result[1, rows] = np.take_along_axis(frr, points, axis=1)
        return result[0], result[1]

    def _rates(self, weights: Floats, genuine: Floats, impostor: Floats) -> tuple[Floats, Floats]:
        """Computes FAR and FRR, each [B, T].

        Args:
            weights: [B, K].
            genuine: [K, T] genuine comparisons of each identity that are accepted.
            impostor: [K, T] impostor comparisons of each identity that are accepted.
        """
        all_genuine = (weights @ self._genuine.below[:, -1])[:, None]
        all_impostor = (weights @ self._impostor.below[:, -1])[:, None]
        with np.errstate(invalid="ignore"):
            far = weights @ impostor / all_impostor
            return far, (all_genuine - weights @ genuine) / all_genuine

    def _inside(self, scores: RankedScores, end: int) -> Floats:
        """Counts the comparisons accepted between two edges, [K, T].

        The T operating points are all of those from the edge before to edge `end`.
        """
        first, last = self._edges[end - 1], self._edges[end]
        rows = slice(*np.searchsorted(scores.rank, [first, last]))
        counts = np.zeros((len(self.names), last - first + 1))
        np.add.at(counts, (scores.identity[rows], scores.rank[rows] - first + 1), 1)
        counts[:, 0] = scores.below[:, end - 1]
        return np.cumsum(counts, axis=1)

    def _ranked(self, rank: NDArray[np.intp], scores: Scores) -> RankedScores:
        """Sorts comparisons by their rank and counts those below each edge."""
        order = np.argsort(rank, kind="stable")
        rank, identity = rank[order], np.searchsorted(self.names, scores.identity[order])
        shape = len(self.names), len(self._edges)
        cell = identity * shape[1] + np.searchsorted(self._edges, rank, side="right")
        counts = np.bincount(cell, minlength=shape[0] * shape[1]).reshape(shape[0], -1)
        return RankedScores(rank, identity, np.cumsum(counts, axis=1, dtype=np.float64))

    def _count_wins(self) -> Floats:
        """Counts pairs of a genuine and an impostor comparison in the right order, ties one half.

        Returns:
            [K, K], by the identity of the genuine and by that of the impostor comparison.
        """
        genuine = self._genuine
        wins = np.empty((len(self.names), len(self.names)))
        for other in range(len(self.names)):
            rank = self._impostor.rank[self._impostor.identity == other]
            nearer = np.searchsorted(rank, genuine.rank, side="left")
            nearer_or_tied = np.searchsorted(rank, genuine.rank, side="right")
            won = len(rank) - (nearer + nearer_or_tied) / 2
            wins[:, other] = np.bincount(genuine.identity, won, minlength=len(self.names))
        return wins


class InterpolatedRates(ResampledRates):
    """As `ResampledRates`, from counts at some thresholds alone.

    The EER is interpolated between the thresholds, FRR at a FAR is that of the last threshold with
    no larger FAR, and the area that of the polyline.

    Args:
        names: int [K], the identities.
        genuine: [K, T] comparisons of an identity with itself accepted at each threshold, from none
            to all.
        impostor: [K, T] comparisons with something else.
    """

    def __init__(self, names: NDArray[np.integer], genuine: Floats, impostor: Floats) -> None:
        nowhere = np.zeros(0, np.intp)
        self.names = names
        self._genuine = RankedScores(nowhere, nowhere, genuine)
        self._impostor = RankedScores(nowhere, nowhere, impostor)

    def auc(self, weights: Floats) -> Floats:
        """Computes the area under the polyline of each resample, as `eer`."""
        genuine, impostor = weights @ self._genuine.below, weights @ self._impostor.below
        farther = impostor[:, -1:] - (impostor[:, 1:] + impostor[:, :-1]) / 2
        with np.errstate(invalid="ignore"):
            wins = (np.diff(genuine, axis=1) * farther).sum(axis=1)
            return np.asarray(wins / (genuine[:, -1] * impostor[:, -1]))

    def _inside(self, scores: RankedScores, end: int) -> Floats:
        return scores.below[:, end - 1 : end + 1]
