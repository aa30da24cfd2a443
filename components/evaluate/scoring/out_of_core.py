"""Error rates of comparisons that do not fit in memory, computed block by block.

The equal error rates, FRR at a FAR, the area and all counts are exact. Curves have a few thousand
evenly spaced thresholds; the influence of each identity is computed at these.
"""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from itertools import groupby
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.scoring.block_source import BlockSource, BlockT, Floats32
from components.evaluate.scoring.claim_blocks import ClaimBlock, ClaimBlocks
from components.evaluate.scoring.operating_points import OperatingPoints, operating_points
from components.evaluate.scoring.roc_bands import product_threads
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import Eer, Roc, eer_of_sorted, losses
from components.shared.verification.estimate import Floats
from components.shared.verification.influence import AcceptedCounts
from components.shared.verification.scored_comparisons import ErrorCounts

MOST_THRESHOLDS = 4096
CELLS = 2**22
"""Identities · thresholds, at most."""
SAMPLED = 400_000
"""Genuine and impostor comparisons of the sample, each at most."""
AT_ONCE = 2**22
"""Genuine comparisons that are held at once for the area."""
BATCH = 32
"""Blocks of impostors that are sorted together for the area."""

Blocks = list[ClaimBlock]
Places = NDArray[np.intp]


class _Identity(NamedTuple):
    """Comparisons of one identity, summed up.

    Attributes:
        eer: its EER; NaN where it lacks genuine or impostor comparisons.
        genuine: int [T], genuine comparisons accepted at each threshold.
        impostor: int [T], impostor comparisons accepted at each threshold.
        genuine_sample: some genuine comparisons, and their places.
        impostor_sample: some impostor comparisons, and their places.
    """

    eer: float
    genuine: NDArray[np.intp]
    impostor: NDArray[np.intp]
    genuine_sample: tuple[Scores, Places]
    impostor_sample: tuple[Scores, Places]


class OutOfCoreScores:
    """Scored comparisons that do not fit in memory.

    Args:
        claims: the comparisons.
        source: the same ones, in which operating points are found.
        far: FAR whose operating point is found in the same pass as the EER.
        seed: of the sample.

    Attributes:
        names: int [K], the identities that are claimed or probed.
        n_pairs: number of comparisons.
        n_impostors: number of impostor comparisons.
        sample: some genuine and some impostor comparisons, drawn evenly.
        places: int, of these among all of their side, in the order of `comparisons.compare`.
    """

    def __init__(
        self, claims: ClaimBlocks, source: BlockSource[BlockT], far: float, seed: int
    ) -> None:
        self._claims, self._far, self._seed = claims, far, seed
        self._find: Callable[[float], OperatingPoints] = partial(operating_points, source)
        self._points: dict[float, OperatingPoints] = {}
        groups = groupby(claims.blocks, lambda block: block.identity)
        self._by_identity = [list(blocks) for _, blocks in groups]
        claimed = np.array([blocks[0].identity for blocks in self._by_identity], np.int32)
        self.names: NDArray[np.integer] = claims.identities
        self.n_pairs, self.n_impostors = sum(claims.totals), claims.totals[1]
        # The first threshold accepts nothing, the last one everything.
        count = min(MOST_THRESHOLDS, CELLS // len(self.names) + 3)
        last = claims.farthest * (1 + 1e-6)
        self._thresholds = np.linspace(-last / (count - 2), last, count).astype(np.float32)
        self._roles = 2 if claims.kind == "random" else 1
        self._probed = np.zeros((len(self.names), count if self._roles == 2 else 0))
        self._lock = threading.Lock()
        with product_threads() as threads:
            parts = list(threads.map(self._identity, self._by_identity))
        eers = zip(claimed.tolist(), [part.eer for part in parts], strict=True)
        self._eers = {name: eer for name, eer in eers if np.isfinite(eer)}
        rows = np.searchsorted(self.names, claimed)
        self._genuine, self._impostor = np.zeros((2, len(self.names), count))
        self._genuine[rows] = [part.genuine for part in parts]
        self._impostor[rows] = [part.impostor for part in parts]
        self._probed = np.cumsum(self._probed, axis=1)
        genuine = _joined([part.genuine_sample for part in parts], self._genuine[rows, -1])
        impostor = _joined([part.impostor_sample for part in parts], self._impostor[rows, -1])
        self.sample = genuine[0], impostor[0]
        self.places = genuine[1], impostor[1]

    def eer(self) -> Eer:
        """Computes the equal error rate and its threshold."""
        return self._point(self._far).eer

    def at_far(self, far: float) -> tuple[float, float]:
        """Computes the least FRR with at most this FAR, and its threshold."""
        point = self._point(far)
        return point.frr_at_far, point.threshold_at_far

    def auc(self) -> float:
        """Computes the area under the ROC."""
        genuine_blocks, impostor_blocks = _sides(self._claims.blocks)
        genuine = np.sort(self._distances(genuine_blocks))
        parts = np.array_split(genuine, len(genuine) // AT_ONCE + 1)
        starts = range(0, len(impostor_blocks), BATCH)
        batches = [impostor_blocks[start : start + BATCH] for start in starts]

        def lost(blocks: Blocks) -> int:
            impostor = np.sort(self._distances(blocks))
            return sum(losses(part, impostor) for part in parts)

        with product_threads() as threads:
            total = sum(threads.map(lost, batches))
        pairs = self._claims.totals[0] * self._claims.totals[1]
        return (2 * pairs - total) / (2 * pairs)

    def user_eers(self) -> dict[int, float]:
        """Returns the EER of each identity with a threshold of its own.

        Identities without comparisons of both sides are left out.
        """
        return self._eers

    def curve(self) -> Roc:
        """Computes the operating points at evenly spaced thresholds."""
        accepted, falsely = self._genuine.sum(axis=0), self._impostor.sum(axis=0)
        far, frr = falsely / falsely[-1], (accepted[-1] - accepted) / accepted[-1]
        return Roc(self._thresholds.astype(np.float64), far, frr)

    def accepted(self, thresholds: Floats) -> AcceptedCounts:
        """Returns how many comparisons of each of the K identities are accepted.

        Args:
            thresholds: [T], of those of the curve.
        """
        columns = np.searchsorted(self._thresholds, thresholds)
        probed = self._probed[:, columns] if self._roles == 2 else None
        return AcceptedCounts(self._genuine[:, columns], self._impostor[:, columns], probed)

    def errors(self, thresholds: Sequence[float]) -> list[tuple[ErrorCounts, ErrorCounts]]:
        """Counts false acceptances and false rejections at each threshold, in one more pass.

        A false acceptance of another identity's image counts for both.
        """
        limits = np.asarray(thresholds, np.float32)
        accepted, falsely = np.zeros((2, len(limits), len(self.names)), np.intp)

        def count(blocks: Blocks) -> None:
            genuine, impostor = _sides(blocks)
            row = np.searchsorted(self.names, blocks[0].identity)
            distance = self._distances(genuine)
            scores = self._scores(blocks[0].identity, impostor)
            for place, limit in enumerate(limits):
                accepted[place, row] = (distance <= limit).sum()
                near = scores.select(np.flatnonzero(scores.distance <= limit))
                with self._lock:
                    falsely[place, row] += len(near.distance)
                    if near.probe is not None:
                        np.add.at(falsely[place], np.searchsorted(self.names, near.probe), 1)

        with product_threads() as threads:
            list(threads.map(count, self._by_identity))
        genuine = self._genuine[:, -1].astype(np.intp)
        impostor = self._impostor[:, -1].astype(np.intp)
        if self._roles == 2:
            impostor += self._probed[:, -1].astype(np.intp)
        claimed, tried = genuine > 0, impostor > 0
        return [
            (
                ErrorCounts(falsely[place, tried], impostor[tried], self._roles),
                ErrorCounts((genuine - accepted[place])[claimed], genuine[claimed]),
            )
            for place in range(len(limits))
        ]

    def _point(self, far: float) -> OperatingPoints:
        if far not in self._points:
            self._points[far] = self._find(far)
        return self._points[far]

    def _identity(self, blocks: Blocks) -> _Identity:
        genuine_blocks, impostor_blocks = _sides(blocks)
        identity = blocks[0].identity
        genuine = self._scores(identity, genuine_blocks)
        impostor = self._scores(identity, impostor_blocks)
        if impostor.probe is not None:
            self._count_probes(impostor.distance, impostor.probe)
        same, other = np.sort(genuine.distance), np.sort(impostor.distance)
        generator = np.random.default_rng([self._seed, identity])
        return _Identity(
            eer_of_sorted(same, other) if len(same) and len(other) else np.nan,
            np.searchsorted(same, self._thresholds, "right"),
            np.searchsorted(other, self._thresholds, "right"),
            self._sample(genuine, genuine_blocks, self._claims.totals[0], generator),
            self._sample(impostor, impostor_blocks, self._claims.totals[1], generator),
        )

    def _sample(
        self, scores: Scores, blocks: Blocks, total: int, generator: np.random.Generator
    ) -> tuple[Scores, Places]:
        """Draws as many of an identity's comparisons as are its share of a sample of all.

        Returns:
            They and their places among all of the identity's, ascending.
        """
        size = len(scores.distance)
        count = generator.binomial(size, min(1, SAMPLED / total))
        drawn = generator.choice(size, count, replace=False)
        parts = [np.zeros(0, np.intp), *(self._claims.places(block) for block in blocks)]
        places = np.concatenate(parts)[drawn]
        order = np.argsort(places)
        return scores.select(drawn[order]), places[order]

    def _count_probes(self, distance: Floats32, probe: NDArray[np.int32]) -> None:
        """Counts comparisons by the identity of the probe and the first threshold that accepts."""
        column = np.searchsorted(self._thresholds, distance)
        row = np.searchsorted(self.names, probe)
        with self._lock:
            np.add.at(self._probed, (row, column), 1)

    def _scores(self, identity: int, blocks: Blocks) -> Scores:
        """Computes all comparisons of one side of an identity."""
        distance = self._distances(blocks)
        claimed = np.full(len(distance), identity, np.int32)
        return Scores(distance, claimed, self._probes(blocks) if self._roles == 2 else None)

    def _distances(self, blocks: Blocks) -> Floats32:
        """Computes all distances of some blocks, [n]."""
        parts = [np.zeros(0, np.float32)]
        for block in blocks:
            genuine, impostor = self._claims.score_block(block)
            parts += [genuine.value, impostor.value]
        return np.concatenate(parts)

    def _probes(self, blocks: Blocks) -> NDArray[np.int32] | None:
        """Returns the identities of the probes of random comparisons, [n]; None of genuine ones."""
        parts = [np.zeros(0, np.int32)]
        for block in blocks:
            if block.has_genuine:
                return None
            parts.append(self._claims.probe_identities(block))
        return np.concatenate(parts)


def _joined(samples: Sequence[tuple[Scores, Places]], sizes: Floats) -> tuple[Scores, Places]:
    """Joins the samples of identities, which have so many comparisons each."""
    starts = np.cumsum(sizes.astype(np.intp)) - sizes.astype(np.intp)
    scores = [sample[0] for sample in samples]
    places = [start + sample[1] for start, sample in zip(starts, samples, strict=True)]
    return Scores.join(scores), np.concatenate(places)


def _sides(blocks: Blocks) -> tuple[Blocks, Blocks]:
    """Splits blocks into those of genuine and those of impostor comparisons."""
    genuine = [block for block in blocks if block.has_genuine]
    return genuine, [block for block in blocks if not block.has_genuine]
