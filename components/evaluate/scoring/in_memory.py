"""What is asked of comparisons that are all held."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.resampled_rates import Resampling
from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import Eer, Roc
from components.shared.verification.resampling import Floats


class Errors(NamedTuple):
    """How often each of K identities was wronged, of how many times, each [K]; all of them had
    occasion.
    """

    hits: NDArray[np.integer]
    events: NDArray[np.integer]

    @classmethod
    def of(cls, identity: NDArray[np.integer], hit: NDArray[np.bool_]) -> "Errors":
        """Counts events [n] by whose they are."""
        events = np.bincount(identity)
        hits = np.bincount(identity[hit], minlength=len(events))
        return cls(hits[events > 0], events[events > 0])


class Held(NamedTuple):
    """Answers from the genuine and the impostor comparisons themselves."""

    genuine: Scores
    impostor: Scores

    @property
    def names(self) -> NDArray[np.integer]:
        """The K identities that have comparisons."""
        return np.union1d(self.genuine.identity, self.impostor.identity)

    @property
    def n_pairs(self) -> int:
        """How many comparisons there are."""
        return len(self.genuine.distance) + len(self.impostor.distance)

    def eer(self) -> Eer:
        """The equal error rate and its threshold."""
        return error_rates.eer(self.genuine.distance, self.impostor.distance)

    def at_far(self, far: float) -> tuple[float, float]:
        """The least FRR with at most this FAR, and its threshold."""
        curve = self.curve()
        last = np.searchsorted(curve.far, far, side="right") - 1
        return float(curve.frr[last]), float(curve.threshold[last])

    def auc(self) -> float:
        """The area under the ROC."""
        return error_rates.auc(self.genuine.distance, self.impostor.distance)

    def user_eers(self) -> dict[int, float]:
        """The EER of each identity with a threshold of its own, where it has comparisons of both
        sorts.
        """
        genuine, impostor = _by_identity(self.genuine), _by_identity(self.impostor)
        return {
            name: error_rates.eer(genuine[name], impostor[name]).rate
            for name in genuine
            if name in impostor
        }

    def curve(self) -> Roc:
        """Every operating point."""
        return error_rates.roc(self.genuine.distance, self.impostor.distance)

    def accepted(self, thresholds: Floats) -> tuple[Floats, Floats]:
        """How many genuine and how many impostor comparisons of each identity are accepted, each
        [K, T].

        Args:
            thresholds: [T], ascending, the last of which accepts everything.
        """
        genuine, impostor = (_accepted(scores, self.names, thresholds) for scores in self)
        return genuine, impostor

    def errors(self, threshold: float) -> tuple[Errors, Errors]:
        """False acceptances and false rejections at a threshold."""
        accepted, rejected = self.impostor.distance <= threshold, self.genuine.distance > threshold
        return Errors.of(self.impostor.identity, accepted), Errors.of(
            self.genuine.identity, rejected
        )

    def resampling(self) -> Resampling:
        """Error rates under weights of the identities."""
        return Resampling(self.genuine, self.impostor)


def _by_identity(scores: Scores) -> dict[int, NDArray[np.float32]]:
    order = np.argsort(scores.identity, kind="stable")
    names, starts = np.unique(scores.identity[order], return_index=True)
    return {
        int(n): d for n, d in zip(names, np.split(scores.distance[order], starts[1:]), strict=True)
    }


def _accepted(scores: Scores, names: NDArray[np.integer], thresholds: Floats) -> Floats:
    cells = np.searchsorted(names, scores.identity) * len(thresholds) + np.searchsorted(
        thresholds, scores.distance
    )
    counts = np.bincount(cells, minlength=len(names) * len(thresholds)).reshape(len(names), -1)
    return np.cumsum(counts, axis=1, dtype=np.float64)
