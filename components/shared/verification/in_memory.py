"""Error rates of comparisons that are held in memory, exact."""

from collections.abc import Sequence
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import Eer, Roc
from components.shared.verification.estimate import Floats
from components.shared.verification.influence import AcceptedCounts
from components.shared.verification.scored_comparisons import ErrorCounts


class InMemoryScores:
    """Scored comparisons that are held in memory; rates are computed once.

    Args:
        genuine: comparisons of identities with themselves.
        impostor: comparisons with one kind of impostor.
    """

    def __init__(self, genuine: Scores, impostor: Scores) -> None:
        self.genuine, self.impostor = genuine, impostor
        self._at_far: dict[float, tuple[float, float]] = {}

    @cached_property
    def names(self) -> NDArray[np.integer]:
        """The K identities that have comparisons, claimed or probed."""
        claimed = np.union1d(self.genuine.identity, self.impostor.identity)
        probe = self.impostor.probe
        return claimed if probe is None else np.union1d(claimed, probe)

    @property
    def n_pairs(self) -> int:
        """Number of comparisons."""
        return len(self.genuine.distance) + self.n_impostors

    @property
    def n_impostors(self) -> int:
        """Number of impostor comparisons."""
        return len(self.impostor.distance)

    def eer(self) -> Eer:
        """Computes the equal error rate and its threshold."""
        return self._eer

    def at_far(self, far: float) -> tuple[float, float]:
        """Computes the least FRR with at most this FAR, and its threshold."""
        if far not in self._at_far:
            curve = self.curve()
            last = np.searchsorted(curve.far, far, side="right") - 1
            self._at_far[far] = float(curve.frr[last]), float(curve.threshold[last])
        return self._at_far[far]

    def auc(self) -> float:
        """Computes the area under the ROC."""
        return error_rates.auc(self.genuine.distance, self.impostor.distance)

    def user_eers(self) -> dict[int, float]:
        """Computes the EER of each identity with a threshold of its own.

        Identities without comparisons of both sides are left out.
        """
        return self._user_eers

    def curve(self) -> Roc:
        """Computes every operating point."""
        return error_rates.roc(self.genuine.distance, self.impostor.distance)

    def accepted(self, thresholds: Floats) -> AcceptedCounts:
        """Counts the comparisons of each of the K identities accepted at T thresholds.

        Args:
            thresholds: [T], ascending, the last of which accepts everything.
        """
        genuine, impostor, probe = self.genuine, self.impostor, self.impostor.probe
        falsely = self._accepted(impostor.distance, impostor.identity, thresholds)
        accepted = self._accepted(genuine.distance, genuine.identity, thresholds)
        if probe is None:
            return AcceptedCounts(accepted, falsely)
        probed = self._accepted(impostor.distance, probe, thresholds)
        return AcceptedCounts(accepted, falsely, probed)

    def errors(self, thresholds: Sequence[float]) -> list[tuple[ErrorCounts, ErrorCounts]]:
        """Counts false acceptances and false rejections at each threshold.

        A false acceptance of another identity's image counts for both.
        """
        return [self._errors(threshold) for threshold in thresholds]

    @property
    def _roles(self) -> int:
        return 1 if self.impostor.probe is None else 2

    def _errors(self, threshold: float) -> tuple[ErrorCounts, ErrorCounts]:
        accepted = self.impostor.distance <= threshold
        rejected = self.genuine.distance > threshold
        owner = self.impostor.identity
        if self.impostor.probe is not None:
            owner = np.concatenate([owner, self.impostor.probe])
            accepted = np.tile(accepted, 2)
        return (
            ErrorCounts.of(owner, accepted)._replace(roles=self._roles),
            ErrorCounts.of(self.genuine.identity, rejected),
        )

    @cached_property
    def _eer(self) -> Eer:
        return error_rates.eer(self.genuine.distance, self.impostor.distance)

    @cached_property
    def _user_eers(self) -> dict[int, float]:
        genuine, impostor = _by_identity(self.genuine), _by_identity(self.impostor)
        return {
            name: error_rates.eer(genuine[name], impostor[name]).rate
            for name in genuine
            if name in impostor
        }

    def _accepted(
        self, distance: NDArray[np.float32], owner: NDArray[np.int32], thresholds: Floats
    ) -> Floats:
        """Counts the accepted comparisons of each identity, [K, T]."""
        row = np.searchsorted(self.names, owner)
        column = np.searchsorted(thresholds, distance)  # the first that accepts it
        shape = len(self.names), len(thresholds)
        counts = np.bincount(row * shape[1] + column, minlength=shape[0] * shape[1])
        return np.cumsum(counts.reshape(shape), axis=1, dtype=np.float64)


def _by_identity(scores: Scores) -> dict[int, NDArray[np.float32]]:
    """Groups the distances by identity."""
    order = np.argsort(scores.identity, kind="stable")
    names, starts = np.unique(scores.identity[order], return_index=True)
    groups = np.split(scores.distance[order], starts[1:])
    return dict(zip(names.tolist(), groups, strict=True))
