"""What is asked of comparisons that are too many to hold, answered by passes over them.

The equal error rates, FRR at a FAR, the area and all counts are exact. Curves have a few thousand
evenly spaced thresholds; the intervals of the bootstrap interpolate between these.
"""

from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.block_source import Floats32, Source
from components.evaluate.scoring.claim_blocks import Block, Claims
from components.evaluate.scoring.in_memory import Errors
from components.evaluate.scoring.operating_points import Points, points
from components.evaluate.scoring.resampled_rates import CountedResampling
from components.evaluate.scoring.roc_bands import multiplying
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import Eer, Roc, losses, rate_of_sorted
from components.shared.verification.resampling import Floats

MOST_THRESHOLDS = 4096
CELLS = 2**22  # identities · thresholds
SAMPLED = 400_000  # of each sort
AT_ONCE = 2**22  # genuine comparisons
BATCH = 32  # blocks of impostors that are sorted together

Blocks = list[Block]


class _Identity(NamedTuple):
    """One identity's EER and, genuine and impostor, comparisons accepted at each threshold [2, T],
    and drawn ones.
    """

    eer: float
    accepted: NDArray[np.intp]
    drawn: list[Floats32]


class Counted:
    """As `Held`.

    Args:
        claims: the comparisons.
        source: the same ones, where operating points are to be found.
        far: the one that is asked for.
        seed: of the sample.

    Attributes:
        names: the K identities that are claimed.
        n_pairs: how many comparisons there are.
        sample: some genuine and some impostor comparisons, drawn evenly.
    """

    def __init__(self, claims: Claims, source: Source, far: float, seed: int) -> None:
        self._claims, self._source, self._far, self._seed = claims, source, far, seed
        self._points: dict[float, Points] = {}
        self._by_identity = [
            list(blocks) for _, blocks in groupby(claims.blocks, lambda block: block.identity)
        ]
        self.names = np.array([blocks[0].identity for blocks in self._by_identity], np.int32)
        self.n_pairs = sum(claims.totals)
        # The first threshold accepts nothing, the last one everything.
        count = min(MOST_THRESHOLDS, CELLS // len(self.names) + 3)
        last = claims.farthest * (1 + 1e-6)
        self._thresholds = np.linspace(-last / (count - 2), last, count).astype(np.float32)
        with multiplying() as threads:
            identities = list(threads.map(self._identity, self._by_identity))
        self._eers = {
            int(n): i.eer for n, i in zip(self.names, identities, strict=True) if np.isfinite(i.eer)
        }
        self._genuine, self._impostor = np.stack([i.accepted for i in identities], axis=1).astype(
            np.float64
        )
        genuine, impostor = (
            Scores(np.concatenate(parts), np.repeat(self.names, [len(part) for part in parts]))
            for parts in zip(*(i.drawn for i in identities), strict=True)
        )
        self.sample = genuine, impostor

    def eer(self) -> Eer:
        """The equal error rate and its threshold."""
        return self._point(self._far).eer

    def at_far(self, far: float) -> tuple[float, float]:
        """The least FRR with at most this FAR, and its threshold."""
        found = self._point(far)
        return found.frr_at_far, found.threshold_at_far

    def auc(self) -> float:
        """The area under the ROC."""
        of_genuine, of_impostor = _sorts(self._claims.blocks)
        genuine = np.sort(self._distances(of_genuine))
        parts = np.array_split(genuine, len(genuine) // AT_ONCE + 1)
        batches = [
            of_impostor[start : start + BATCH] for start in range(0, len(of_impostor), BATCH)
        ]

        def lost(blocks: Blocks) -> int:
            impostor = np.sort(self._distances(blocks))
            return sum(losses(part, impostor) for part in parts)

        with multiplying() as threads:
            in_all = sum(threads.map(lost, batches))
        pairs = self._claims.totals[0] * self._claims.totals[1]
        return (2 * pairs - in_all) / (2 * pairs)

    def user_eers(self) -> dict[int, float]:
        """The EER of each identity with a threshold of its own, where it has comparisons of both
        sorts.
        """
        return self._eers

    def curve(self) -> Roc:
        """The operating points at evenly spaced thresholds."""
        accepted, falsely = self._genuine.sum(axis=0), self._impostor.sum(axis=0)
        return Roc(
            self._thresholds.astype(np.float64),
            falsely / falsely[-1],
            (accepted[-1] - accepted) / accepted[-1],
        )

    def accepted(self, thresholds: Floats) -> tuple[Floats, Floats]:
        """How many genuine and how many impostor comparisons of each identity are accepted, each
        [K, T].

        Args:
            thresholds: [T], of those of the curve.
        """
        columns = np.searchsorted(self._thresholds, thresholds)
        return self._genuine[:, columns], self._impostor[:, columns]

    def errors(self, threshold: float) -> tuple[Errors, Errors]:
        """False acceptances and false rejections at a threshold."""
        limit = np.float32(threshold)

        def accepted(blocks: Blocks) -> list[int]:
            return [int((self._distances(some) <= limit).sum()) for some in _sorts(blocks)]

        with multiplying() as threads:
            genuine, impostor = np.array(list(threads.map(accepted, self._by_identity))).T
        of_genuine, of_impostor = (
            side[:, -1].astype(np.intp) for side in (self._genuine, self._impostor)
        )
        claimed = of_impostor > 0
        return Errors(impostor[claimed], of_impostor[claimed]), Errors(
            of_genuine - genuine, of_genuine
        )

    def resampling(self) -> CountedResampling:
        """Error rates under weights of the identities."""
        return CountedResampling(self.names, self._genuine, self._impostor)

    def _point(self, far: float) -> Points:
        if far not in self._points:
            self._points[far] = points(self._source, far)
        return self._points[far]

    def _identity(self, blocks: Blocks) -> _Identity:
        genuine, impostor = sides = [np.sort(self._distances(some)) for some in _sorts(blocks)]
        generator = np.random.default_rng([self._seed, blocks[0].identity])
        drawn = []
        for side, total in zip(sides, self._claims.totals, strict=True):
            count = generator.binomial(len(side), min(1, SAMPLED / total))
            drawn.append(side[np.sort(generator.choice(len(side), count, replace=False))])
        eer = rate_of_sorted(genuine, impostor) if len(genuine) and len(impostor) else np.nan
        return _Identity(
            eer,
            np.stack([np.searchsorted(side, self._thresholds, "right") for side in sides]),
            drawn,
        )

    def _distances(self, blocks: Blocks) -> Floats32:
        parts = [found.value for block in blocks for found in self._claims.compared(block)]
        return np.concatenate([np.zeros(0, np.float32), *parts])


def _sorts(blocks: Blocks) -> tuple[Blocks, Blocks]:
    """The blocks of genuine and of impostor comparisons."""
    return [block for block in blocks if block.own], [block for block in blocks if not block.own]
