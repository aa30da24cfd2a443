"""Equal error rate and FRR at a FAR of comparisons that do not fit in memory, exact.

Of a source's blocks only the comparisons in a band around each operating point are kept, as a
sample locates it; the others are counted. Those so close to the point that the source's rounding
could matter are then computed again in float64. A band that turns out too narrow is widened in
another pass.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from components.evaluate.scoring.block_source import BlockSource, BlockT, Floats32
from components.evaluate.scoring.roc_bands import (
    NOWHERE,
    Band,
    BandScores,
    RocSegment,
    gather,
    product_threads,
)
from components.shared.verification.error_rates import Eer, Roc, crossing, section

SAMPLE = 1_000_000
"""Genuine and impostor comparisons of the sample, each at least."""
DEVIATIONS = 1.5
"""Standard deviations by which a sample's rates are expected to err."""
WIDER = 4
"""Factor by which a band that is too narrow is widened."""
FINEST = 1e-4
"""Error of a sample's rates, at least."""


class OperatingPoints(NamedTuple):
    """Operating points, as `error_rates` defines them.

    Attributes:
        eer: the equal error rate and its threshold.
        frr_at_far: the least FRR with at most the given FAR.
        threshold_at_far: the threshold at which it is reached.
    """

    eer: Eer
    frr_at_far: float
    threshold_at_far: float


class _Target(NamedTuple):
    """The operating point at which FAR reaches FRR or, with a limit, FAR exceeds the limit."""

    limit: float | None

    def level(self, far: float, frr: float) -> float:
        """Returns a number that grows with the threshold and crosses zero at the point."""
        return far - (frr if self.limit is None else self.limit)

    def reached(self, far: float, frr: float) -> bool:
        """Returns whether an operating point is the target or lies beyond it."""
        return self.level(far, frr) >= 0 if self.limit is None else self.level(far, frr) > 0


def operating_points(source: BlockSource[BlockT], far: float) -> OperatingPoints:
    """Finds the operating points at equal error and at a FAR.

    Genuine images at 0, 1 and 3 and a forgery at 5 have genuine distances 1, 2, 3 and impostor
    distances 2, 4, 5. From 2 to 3 both rates are 1/3; below 2 FAR is 0 and FRR 2/3:

    >>> from components.evaluate.scoring.pair_blocks import PairBlocks
    >>> from components.shared.verification.sampling import Labels
    >>> labels = Labels(np.zeros(4, int), np.array([False, False, False, True]))
    >>> source = PairBlocks([[0.0], [1.0], [3.0], [5.0]], labels, "skilled")
    >>> points = operating_points(source, far=0.01)
    >>> points.eer
    Eer(rate=0.3333333333333333, threshold=2.5)
    >>> points.frr_at_far, points.threshold_at_far
    (0.6666666666666666, 1.0)

    Raises:
        ValueError: there are no genuine or no impostor comparisons, an embedding is not finite, or
            `far` lies outside 0…1 or is 1.
    """
    _check(source, far)
    at_equal, at_far = _Target(None), _Target(far)
    curves: dict[_Target, Roc] = {}
    deviations = DEVIATIONS
    with product_threads() as threads:
        sample, images = _sample(source, threads)
        while targets := [target for target in (at_equal, at_far) if target not in curves]:
            bands = [
                _band(sample, images, target, deviations, source.error_bound) for target in targets
            ]
            segments = gather(source, bands, threads)
            for target, band, segment in zip(targets, bands, segments, strict=True):
                inner = _inner(segment, target, band, source.error_bound)
                if inner is not None:
                    curves[target] = _curve(segment, inner, source)
            deviations *= WIDER
    curve = curves[at_far]
    last = int(np.searchsorted(curve.far, far, side="right")) - 1
    eer = crossing(curves[at_equal])
    return OperatingPoints(eer, float(curve.frr[last]), float(curve.threshold[last]))


def _check(source: BlockSource[BlockT], far: float) -> None:
    if not 0 <= far < 1:
        raise ValueError(f"far is {far}, but must lie in 0…1, and below 1")
    for side, total in zip(("genuine", "impostor"), source.totals, strict=True):
        if not total:
            raise ValueError(f"no {side} distances")
    if not np.isfinite(source.error_bound):
        raise ValueError("embeddings are not all finite")


def _sample(
    source: BlockSource[BlockT], threads: ThreadPoolExecutor
) -> tuple[RocSegment, list[float]]:
    """Computes the curve of some comparisons.

    Returns:
        The curve, and of how many images or identities the genuine and the impostor comparisons
        are; ∞: all there are.
    """
    sides: list[BandScores] = []
    images: list[float] = []
    for side, total in enumerate(source.totals):
        step = max(1, int(np.sqrt(total / SAMPLE)))
        some = source.subsample(step) if step > 1 else source
        value = _values(some, side, threads)
        if not len(value):
            step, value = 1, _values(source, side, threads)
        sides.append(BandScores(value, NOWHERE, NOWHERE, 0, len(value)))
        images.append(len(some) if step > 1 else np.inf)
    return RocSegment(*sides), images


def _values(source: BlockSource[BlockT], side: int, threads: ThreadPoolExecutor) -> Floats32:
    """Computes all comparisons of one side (0 genuine, 1 impostor), as often as they count."""

    def values(block: BlockT) -> Floats32:
        scores = source.score_block(block)[side]
        return np.repeat(scores.value, scores.weight)

    blocks = [block for block in source.blocks if block.has_genuine or side]
    return np.concatenate([np.zeros(0, np.float32), *threads.map(values, blocks)])


def _band(
    sample: RocSegment,
    images: Sequence[float],
    target: _Target,
    deviations: float,
    error_bound: float,
) -> Band:
    """Returns the band that holds the target if the sample's rates err by so many deviations.

    A deviation is the standard deviation of a rate of independent images.
    """
    far, frr = sample.rates(sample.first(target.reached))
    of_genuine, of_impostor = images
    error = deviations * _deviation(far, of_impostor)
    if target.limit is None:
        error += deviations * _deviation(frr, of_genuine)
    first = sample.first(lambda far, frr: target.level(far, frr) >= -error)
    last = sample.first(lambda far, frr: target.level(far, frr) > error)
    return sample.around(first, last, 6 * error_bound)


def _deviation(rate: float, count: float) -> float:
    return float(np.sqrt(rate * (1 - rate) / count) + max(1 / count, FINEST))


def _inner(segment: RocSegment, target: _Target, band: Band, error_bound: float) -> Band | None:
    """Returns the values that could be the target or its neighbours.

    Computed values err by at most `error_bound`; all within 3 · `error_bound` of the computed point
    may be the point or its neighbour.

    Returns:
        None where the band may not hold them all.
    """
    at = segment.first(target.reached)
    inner = segment.around(at, at, 3 * error_bound)
    complete = np.isfinite(at) and band.low <= inner.low and inner.high <= band.high
    return inner if complete else None


def _curve(segment: RocSegment, inner: Band, source: BlockSource[BlockT]) -> Roc:
    """Computes the exact curve within a band."""
    genuine, genuine_below = _exact(segment.genuine, inner, source)
    impostor, impostor_below = _exact(segment.impostor, inner, source)
    totals = segment.genuine.total, segment.impostor.total
    return section(genuine, impostor, (genuine_below, impostor_below), totals)


def _exact(scores: BandScores, inner: Band, source: BlockSource[BlockT]) -> tuple[np.ndarray, int]:
    """Computes the exact distances within a band, sorted, and counts those below it."""
    rows = np.flatnonzero((scores.value >= inner.low) & (scores.value <= inner.high))
    exact = source.distances(scores.value[rows], scores.block[rows], scores.position[rows])
    below = scores.below + int(np.count_nonzero(scores.value < inner.low))
    return np.sort(exact.astype(np.float64)), below
