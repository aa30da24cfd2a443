"""Open-set identification: half of the identities are strangers, whom the search must reject.

A probe is given the nearest enrolled identity, unless that is too far or the second nearest is
hardly farther. FAR is the share of strangers' probes that are given a name, DIR the share of
enrolled identities' probes that are given their own (ISO/IEC 19795-1: false-positive
identification, and detection and identification, rate).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.confidence_intervals import share
from components.evaluate.scoring.resampled_rates import ResampledRates
from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores, Search, searches
from components.shared.verification.metric_names import at_far, at_threshold, open_set
from components.shared.verification.sampling import Labels
from components.shared.verification.threshold import Threshold, lookup

KIND = "identification"
FEWEST = 3
STEPS = 200


class Answers(NamedTuple):
    """What the search says of each probe of all draws.

    Attributes:
        identity: int [n], whose image the probe is.
        stranger: bool [n], whether that identity is not enrolled.
        right: bool [n], whether the nearest identity is its own.
        distance: float [n], to the nearest.
        gap: float [n], how much farther the second nearest is.
    """

    identity: NDArray[np.intp]
    stranger: NDArray[np.bool_]
    right: NDArray[np.bool_]
    distance: NDArray[np.float64]
    gap: NDArray[np.float64]


def answers(vectors: NDArray[np.float32], labels: Labels, params: EvaluateParams) -> Answers | None:
    """Searches in which another half of the identities is enrolled in each draw; None where fewer
    than 3 can be.
    """
    found = searches(vectors, labels, params.draws_of(params.references))
    each = [
        _answer(search, np.random.default_rng([params.seed, number]))
        for number, search in enumerate(found)
        if len(search.enrolled) >= FEWEST and len(search.identity)
    ]
    return Answers(*map(np.concatenate, zip(*each, strict=True))) if each else None


def choose(found: Answers, params: EvaluateParams) -> list[Threshold]:
    """Reject rules for the policies of `params`: the largest distance and the smallest gap,
    together.

    Equal error makes the larger of FAR and 1 − DIR least; a FAR ≤ x is kept with the largest DIR.
    """
    distances = np.concatenate(
        [[np.nextafter(found.distance.min(), -np.inf)], _steps(found.distance)]
    )
    gaps = np.union1d([0.0], _steps(found.gap))
    far = _accepted(found, found.stranger, distances, gaps) / max(found.stranger.sum(), 1)
    dir_ = _accepted(found, found.right, distances, gaps) / max((~found.stranger).sum(), 1)
    result = []
    for policy, allowed in params.policies.items():
        loss = (
            np.maximum(far, 1 - dir_)
            if allowed is None
            else np.where(far <= allowed, 1 - dir_, np.inf)
        )
        best = np.lexsort((far.ravel(), loss.ravel()))[0]  # of equal ones that with the least FAR
        gap, distance = np.unravel_index(best, loss.shape)
        threshold = float(distances[distance])
        result.append(
            Threshold(KIND, params.references, policy, threshold, smallest_gap=float(gaps[gap]))
        )
    return result


def carry(found: Answers, chosen: list[Threshold], params: EvaluateParams) -> dict[str, float]:
    """FAR and DIR, with their intervals, under the rule that val chose for the target."""
    rule = lookup(chosen, KIND, params.references, params.target_name)
    if rule is None:
        return {}
    accepted = (found.distance <= rule.threshold) & (found.gap >= (rule.smallest_gap or 0))
    result: dict[str, float] = {}
    for rate, role, hit in (
        ("far", found.stranger, accepted),
        ("dir", ~found.stranger, accepted & found.right),
    ):
        name = f"{_key(params)}/{at_threshold(rate)}"
        result |= share(name, found.identity[role], hit[role], params.resampling)
    return result


def figures(found: Answers, params: EvaluateParams) -> dict[str, float]:
    """DIR at the wanted FAR, by distance alone, its interval, and what it stands on."""
    name = f"{_key(params)}/{at_far('dir', params.far)}"
    known, strangers = _sides(found)
    result = {
        name: 1 - error_rates.frr_at_far(known.distance, strangers.distance, params.far),
        f"{_key(params)}/n_identities": float(len(np.unique(found.identity))),
        f"{_key(params)}/n_probes": float(len(found.identity)),
        f"{_key(params)}/n_stranger_probes": float(found.stranger.sum()),
    }
    resampling = ResampledRates(known, strangers)
    weights = params.resampling.weights(len(resampling.names))
    if weights is None:
        return result
    rates = 1 - resampling.frr_at_far(weights, params.far)
    return result | params.resampling.interval_of(name, rates)


def curve(found: Answers) -> error_rates.Roc:
    """Every operating point of the largest distance alone: FAR, and 1 − DIR in the place of FRR."""
    known, strangers = _sides(found)
    return error_rates.roc(known.distance, strangers.distance)


def table(points: error_rates.Roc) -> pd.DataFrame:
    """The curve: far, dir, threshold."""
    return pd.DataFrame({"far": points.far, "dir": 1 - points.frr, "threshold": points.threshold})


def _answer(search: Search, generator: np.random.Generator) -> Answers:
    count = len(search.enrolled)
    kept = np.sort(generator.permutation(count)[: count - count // 2])
    enrolled, distance = search.enrolled[kept], search.distance[:, kept]
    nearest, second = np.partition(distance, 1, axis=1)[:, :2].T
    named = enrolled[distance.argmin(axis=1)]
    right = (named == search.identity) & (second > nearest)  # a tie is lost
    return Answers(
        search.identity, ~np.isin(search.identity, enrolled), right, nearest, second - nearest
    )


def _steps(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """At most 200 of the distinct values, spread evenly over them."""
    distinct = np.unique(values)
    return distinct[np.unique(np.linspace(0, len(distinct) - 1, STEPS).round().astype(np.intp))]


def _accepted(
    found: Answers,
    counted: NDArray[np.bool_],
    distances: NDArray[np.float64],
    gaps: NDArray[np.float64],
) -> NDArray[np.intp]:
    """[G, T] how many of the counted probes each pair of a smallest gap and a largest distance
    accepts.
    """
    column = np.searchsorted(distances, found.distance[counted])  # the first that accepts it
    row = np.searchsorted(gaps, found.gap[counted], side="right") - 1  # the last that accepts it
    cells = np.zeros((len(gaps), len(distances)), np.intp)
    np.add.at(cells, (row, column), 1)
    return cells[::-1].cumsum(axis=0)[::-1].cumsum(axis=1)


def _sides(found: Answers) -> tuple[Scores, Scores]:
    """Enrolled identities' probes, those with a wrong name beyond every threshold, and strangers'
    probes.
    """
    beyond = found.distance.max() + 1
    distance = np.where(found.right | found.stranger, found.distance, beyond).astype(np.float32)
    identity = found.identity.astype(np.int32)
    known, strangers = (
        Scores(distance[role], identity[role]) for role in (~found.stranger, found.stranger)
    )
    return known, strangers


def _key(params: EvaluateParams) -> str:
    return open_set(params.references)
