"""Equal error rate and FRR at a FAR of comparisons too many to hold, exactly as if all had been
sorted.

Of a source's blocks only the comparisons in a band around each wanted operating point are kept,
where a sample says that it lies; the others are counted. Those so close to the point that the
source's rounding could matter are then computed again in float64. Where a band turns out too
narrow, another pass has a wider one.
"""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple

import numpy as np

from components.evaluate.scoring.block_source import Floats32, Source
from components.evaluate.scoring.roc_bands import NOWHERE, Band, Side, Stretch, gather, multiplying
from components.shared.verification.error_rates import Eer, Roc, crossing, section

SAMPLE = 1_000_000  # comparisons of each sort, at least
DEVIATIONS = 1.5
WIDER = 4
FINEST = 1e-4  # the rates of a sample are never taken to be more exact than this


class Points(NamedTuple):
    """Operating points, as `metrics` defines them.

    Attributes:
        eer: the equal error rate and its threshold.
        frr_at_far: the least FRR with at most the wanted FAR.
        threshold_at_far: where it is reached.
    """

    eer: Eer
    frr_at_far: float
    threshold_at_far: float


class _Wanted(NamedTuple):
    """Where FAR reaches FRR, or, with a limit, where FAR exceeds it."""

    limit: float | None

    def level(self, far: float, frr: float) -> float:
        """Grows with the threshold and crosses zero at the point."""
        return far - (frr if self.limit is None else self.limit)

    def reached(self, far: float, frr: float) -> bool:
        return self.level(far, frr) >= 0 if self.limit is None else self.level(far, frr) > 0


def points(source: Source, far: float) -> Points:
    """The operating points at equal error and at a FAR.

    Raises:
        ValueError: there are no genuine or no impostor comparisons, an embedding is not finite, or
            `far` lies outside 0…1 or is 1.
    """
    if not 0 <= far < 1:
        raise ValueError(f"far is {far}, but must lie in 0…1, and below 1")
    for sort, total in zip(("genuine", "impostor"), source.totals, strict=True):
        if not total:
            raise ValueError(f"no {sort} distances")
    if not np.isfinite(source.slack):
        raise ValueError("embeddings are not all finite")
    wanted = [_Wanted(None), _Wanted(far)]
    curves: dict[_Wanted, Roc] = {}
    deviations = DEVIATIONS
    with multiplying() as threads:
        sample, images = _sample(source, threads)
        while left := [point for point in wanted if point not in curves]:
            bands = [_band(sample, images, point, deviations, source.slack) for point in left]
            for point, band, stretch in zip(
                left, bands, gather(source, bands, threads), strict=True
            ):
                if (inner := _inner(stretch, point, band, source.slack)) is not None:
                    curves[point] = _curve(stretch, inner, source)
            deviations *= WIDER
    at_equal, at_far = (curves[point] for point in wanted)
    last = int(np.searchsorted(at_far.far, far, side="right")) - 1
    return Points(crossing(at_equal), float(at_far.frr[last]), float(at_far.threshold[last]))


def _sample(source: Source, threads: ThreadPoolExecutor) -> tuple[Stretch, list[float]]:
    """The curve of some comparisons, and of how many images or identities those of each sort are;
    ∞: all there are.
    """
    sides, images = [], []
    for sort, total in enumerate(source.totals):
        step = max(1, int(np.sqrt(total / SAMPLE)))
        some = source.thinned(step) if step > 1 else source
        value = _values(some, sort, threads)
        if not len(value):
            step, value = 1, _values(source, sort, threads)
        sides.append(Side(value, NOWHERE, NOWHERE, 0, len(value)))
        images.append(len(some) if step > 1 else np.inf)
    return Stretch(*sides), images


def _values(source: Source, sort: int, threads: ThreadPoolExecutor) -> Floats32:
    """All comparisons of one sort, as often as they count."""

    def values(block: Any) -> Floats32:
        found = source.compared(block)[sort]
        return np.repeat(found.value, found.times)

    blocks = [block for block in source.blocks if block.own or sort]
    return np.concatenate([np.zeros(0, np.float32), *threads.map(values, blocks)])


def _band(
    sample: Stretch, images: Sequence[float], point: _Wanted, deviations: float, slack: float
) -> Band:
    """Where the point lies if the sample's rates err by at most so many standard deviations of
    independent images.
    """
    rates = sample.rates(sample.first(point.reached))
    far, frr = (
        deviations * (np.sqrt(rate * (1 - rate) / count) + max(1 / count, FINEST))
        for rate, count in zip(rates, reversed(images), strict=True)
    )
    error = far if point.limit is not None else far + frr
    first = sample.first(lambda far, frr: point.level(far, frr) >= -error)
    last = sample.first(lambda far, frr: point.level(far, frr) > error)
    return sample.around(first, last, 6 * slack)


def _inner(stretch: Stretch, point: _Wanted, band: Band, slack: float) -> Band | None:
    """The values that could be the point, or the distances before and after it; None: the band may
    not hold them all.

    A true value lies within `slack` of the computed one, so the point does too, and the next
    distance surely beyond it begins three slacks away; the true value of that one lies within one
    more, and those between are in reach of it.
    """
    at = stretch.first(point.reached)
    inner = stretch.around(at, at, 3 * slack)
    return inner if np.isfinite(at) and band[0] <= inner[0] and inner[1] <= band[1] else None


def _curve(stretch: Stretch, inner: Band, source: Source) -> Roc:
    """The exact curve within."""
    distances, below = [], []
    for side in (stretch.genuine, stretch.impostor):
        chosen = np.flatnonzero((side.value >= inner[0]) & (side.value <= inner[1]))
        exact = source.distances(side.value[chosen], side.block[chosen], side.position[chosen])
        distances.append(np.sort(exact.astype(np.float64)))
        below.append(side.below + int(np.count_nonzero(side.value < inner[0])))
    genuine, impostor = distances
    return section(
        genuine, impostor, (below[0], below[1]), (stretch.genuine.total, stretch.impostor.total)
    )
