"""Drift: whether the evidence that the service sees lies where evaluate measured it on test.

Which of the claims served are genuine is not known. So what is served is compared with that mixture
of the two distributions measured, genuine and impostor, that it fits best (maximum likelihood): a
change of the share of impostors alone is no drift, and whatever no share explains is.
"""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.shared.verification.distributions import Distribution
from components.shared.verification.rule_of_three import EXPECTED_ERRORS

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]

TOO_FEW, KNOWN, SLIGHT, LEFT = "too few", "known", "slight", "left"
VERDICTS = (TOO_FEW, KNOWN, SLIGHT, LEFT)
"""From the mildest to the gravest."""
LEAST = 100
"""Fewer answers tell nothing."""
MOVED = 0.1
"""A population stability index from which a change matters, by custom."""
STRANGE = 0.01
"""A share of evidence outside the measured range that matters, where test can show so little."""
LEVEL = 0.05
GROUPS = 10
DRAWS = 1000
HALVINGS = 40


class Interval(NamedTuple):
    """A figure with the ends of its 95 % interval."""

    value: float
    low: float
    high: float


class Drift(NamedTuple):
    """The comparison of one number of references.

    Attributes:
        references: how many the claims had.
        answers: number of claims served.
        verdict: `too few` to tell; `known`: as on test but for chance; `slight`: beyond chance,
            but small; `left`: beyond chance, and large.
        genuine: share of genuine claims that fits best.
        stability: population stability index over groups of equal probability.
        distance: largest difference between the distribution functions of what was served and of
            the mixture (Kolmogorov–Smirnov). Its interval is what the difference, as a curve,
            moves by in a bootstrap of both.
        by_chance: the distance that chance alone seldom exceeds (5 % over all comparisons).
        outside: share of evidence beyond all that test measured, with Wilson's interval.
    """

    references: int
    answers: int
    verdict: str
    genuine: float
    stability: float
    distance: Interval
    by_chance: float
    outside: Interval


def compare_all(
    measured: Iterable[Distribution], served: Mapping[int, Counts], kind: str, seed: int = 0
) -> list[Drift]:
    """Compares each number of references that was both measured and served.

    Args:
        measured: on test.
        served: counts [bins] by number of references.
        kind: of impostor that decides.
        seed: of the bootstrap.
    """
    rows = [row for row in measured if row.kind == kind and row.references in served]
    return [compare(row, served[row.references], LEVEL / len(rows), seed) for row in rows]


def compare(measured: Distribution, served: Counts, level: float = LEVEL, seed: int = 0) -> Drift:
    """Compares what was served with what was measured.

    Args:
        measured: on test.
        served: int [bins], in the bins of `measured`.
        level: how often chance alone may exceed `by_chance`.
        seed: of the bootstrap.

    Raises:
        ValueError: the bins are not those of `measured`, or nothing was served.
    """
    total = int(served.sum())
    if len(served) != len(measured.genuine) or not total:
        raise ValueError("counts of other bins, or of nothing")
    genuine, impostor = _smooth(measured.genuine), _smooth(measured.impostor)
    share = fit_share(served, genuine, impostor)
    expected = mix(share, genuine, impostor)
    seen = served / total
    apart = np.cumsum(seen - expected)
    distance = float(np.abs(apart).max())
    rng = np.random.default_rng(seed)
    drawn = _draw(rng, genuine, measured.n_identities), _draw(rng, impostor, measured.n_identities)
    by_chance = np.abs(_redrawn(rng, total, mix(share, *drawn), genuine, impostor)).max(axis=1)
    limit = float(np.quantile(by_chance, 1 - level))
    again = _redrawn(rng, total, np.broadcast_to(seen, drawn[0].shape), *drawn)
    error = float(np.quantile(np.abs(again - apart).max(axis=1), 1 - LEVEL))
    stability = stability_index(served, expected)
    strangers = _beyond(measured, served)
    outside = wilson(strangers, total)
    strange = max(STRANGE, EXPECTED_ERRORS / max(measured.n_identities, 1))
    is_strange = outside.low > strange
    return Drift(
        references=measured.references,
        answers=total,
        verdict=_verdict(total, is_strange, distance > limit, stability),
        genuine=float(share),
        stability=stability,
        distance=Interval(distance, max(0.0, distance - error), min(1.0, distance + error)),
        by_chance=limit,
        outside=outside,
    )


def worst(rows: Iterable[Drift]) -> str:
    """Returns the gravest verdict; `too few` of no rows."""
    return max((row.verdict for row in rows), key=VERDICTS.index, default=TOO_FEW)


def fit_share(counts: NDArray[np.integer], genuine: Floats, impostor: Floats) -> Floats:
    """Finds the share of genuine claims under which counts are likeliest.

    Args:
        counts: int [..., B].
        genuine: [..., B], probabilities of the bins for genuine claims, all above 0.
        impostor: the same for impostors.

    Returns:
        The shares [...], each where the likelihood, which is concave in it, has its maximum.
    """
    low = np.zeros(np.broadcast_shapes(counts.shape, genuine.shape)[:-1])
    high = np.ones_like(low)
    apart = genuine - impostor
    for _ in range(HALVINGS):
        share = (low + high) / 2
        slope = (counts * apart / mix(share, genuine, impostor)).sum(axis=-1)
        low, high = np.where(slope > 0, share, low), np.where(slope > 0, high, share)
    return np.asarray((low + high) / 2)


def mix(share: Floats | float, genuine: Floats, impostor: Floats) -> Floats:
    """Returns the probabilities [..., B] of a mixture with shares [...] of genuine claims."""
    weight = np.asarray(share)[..., None]
    return np.asarray(weight * genuine + (1 - weight) * impostor)


def stability_index(served: Counts, expected: Floats) -> float:
    """Computes the population stability index over groups of about equal probability.

    It is Σ (s − e) ln(s / e) over the shares s served and e expected; an empty group counts as
    half an answer.

    Args:
        served: int [B].
        expected: [B], probabilities.
    """
    group = np.minimum((np.cumsum(expected) - expected / 2) * GROUPS, GROUPS - 1).astype(int)
    least = 0.5 / served.sum()
    seen = np.bincount(group, served / served.sum(), GROUPS)
    hoped = np.bincount(group, expected, GROUPS)
    seen, hoped = np.maximum(seen, least), np.maximum(hoped, least)
    return float(((seen - hoped) * np.log(seen / hoped)).sum())


def wilson(successes: int, trials: int) -> Interval:
    """Returns a share with Wilson's 95 % interval (1927).

    >>> [round(end, 3) for end in wilson(0, 100)]
    [0.0, 0.0, 0.037]
    """
    z = 1.96
    share = successes / trials
    centre = (share + z**2 / (2 * trials)) / (1 + z**2 / trials)
    half = np.sqrt(share * (1 - share) / trials + (z / (2 * trials)) ** 2) * z / (1 + z**2 / trials)
    return Interval(share, max(0.0, float(centre - half)), min(1.0, float(centre + half)))


def _smooth(counts: tuple[int, ...]) -> Floats:
    """Returns probabilities, after one more comparison was spread over all bins."""
    values = np.asarray(counts, np.float64)
    return np.asarray((values + 1 / len(values)) / (values.sum() + 1))


def _draw(rng: np.random.Generator, shares: Floats, identities: int) -> Floats:
    """Draws what test might have measured: [`DRAWS`, B].

    Each identity counts as one comparison: its comparisons are alike, and no less certain than
    that.
    """
    return rng.dirichlet(np.maximum(shares * max(identities, 1), 1e-9), DRAWS)


def _redrawn(
    rng: np.random.Generator, total: int, truth: Floats, genuine: Floats, impostor: Floats
) -> Floats:
    """Draws counts from a truth [`DRAWS`, B].

    Returns:
        Of each draw the difference of distribution functions [`DRAWS`, B] to the mixture of
        `genuine` and `impostor` that fits it best.
    """
    least = 1e-12
    genuine, impostor = np.maximum(genuine, least), np.maximum(impostor, least)
    counts = rng.multinomial(total, truth / truth.sum(axis=-1, keepdims=True))
    share = fit_share(counts, genuine, impostor)
    apart: Floats = np.cumsum(counts / total - mix(share, genuine, impostor), axis=-1)
    return apart


def _beyond(measured: Distribution, served: Counts) -> int:
    """Counts the answers in bins below, or above, all that have a measured comparison."""
    known = np.flatnonzero(np.add(measured.genuine, measured.impostor))
    return int(served[: known[0]].sum() + served[known[-1] + 1 :].sum())


def _verdict(answers: int, is_strange: bool, is_beyond_chance: bool, stability: float) -> str:
    if answers < LEAST:
        return TOO_FEW
    if is_strange or (is_beyond_chance and stability >= MOVED):
        return LEFT
    return SLIGHT if is_beyond_chance else KNOWN
