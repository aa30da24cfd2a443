"""Open-set identification: half of the identities are strangers, whom the search must reject.

A probe is given the name of the nearest enrolled identity, unless that is too far or the second
nearest is hardly farther. FAR is the share of strangers' probes that are given a name, DIR the
share of enrolled identities' probes that are given their own (ISO/IEC 19795-1: false-positive
identification, and detection and identification, rate).
"""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.confidence_intervals import share
from components.shared.verification import error_rates, influence
from components.shared.verification.comparisons import Scores, Search, searches
from components.shared.verification.in_memory import InMemoryScores
from components.shared.verification.metric_names import at_far, carried_rate, open_set
from components.shared.verification.roc_thinning import thin
from components.shared.verification.rule_of_three import least_far
from components.shared.verification.sampling import Labels
from components.shared.verification.threshold import Threshold, of_claims

KIND = "identification"
MIN_ENROLLABLE = 3
GRID_SIZE = 200
"""Distances, and gaps, among which a reject rule is chosen."""


class Candidates(NamedTuple):
    """The nearest enrolled identity of each probe of all draws.

    Attributes:
        identity: int [n], of the probe.
        stranger: bool [n], whether that identity is not enrolled.
        correct: bool [n], whether the nearest identity is the probe's own.
        distance: float [n], to the nearest.
        gap: float [n], by which the second nearest is farther.
    """

    identity: NDArray[np.intp]
    stranger: NDArray[np.bool_]
    correct: NDArray[np.bool_]
    distance: NDArray[np.float64]
    gap: NDArray[np.float64]


def find_candidates(
    embeddings: NDArray[np.float32], labels: Labels, params: EvaluateParams
) -> Candidates | None:
    """Searches each probe among the enrolled half of the identities, another half in each draw.

    Args:
        embeddings: float32 [n, D].
        labels: of the n images.
        params: references, draws and their seed.

    Returns:
        None where fewer than 3 identities can be enrolled.
    """
    draws: list[Candidates] = []
    for number, search in enumerate(
        searches(embeddings, labels, params.draws_of(params.references))
    ):
        if len(search.enrolled) >= MIN_ENROLLABLE and len(search.identity):
            draws.append(_candidates(search, np.random.default_rng([params.seed, number])))
    if not draws:
        return None
    return Candidates(*map(np.concatenate, zip(*draws, strict=True)))


def choose_reject_rules(candidates: Candidates, params: EvaluateParams) -> list[Threshold]:
    """Chooses the largest distance and the smallest gap, together, for each policy of `params`.

    Equal error minimises the larger of FAR and 1 − DIR; a FAR ≤ x has the largest DIR. Of equal
    rules the one with the least FAR is taken.
    """
    smallest = np.nextafter(candidates.distance.min(), -np.inf)  # accepts no probe
    distances = np.concatenate([[smallest], _grid(candidates.distance)])
    gaps = np.union1d([0.0], _grid(candidates.gap))
    accepted = _count_accepted(candidates, candidates.stranger, distances, gaps)
    recognised = _count_accepted(candidates, candidates.correct, distances, gaps)
    far = accepted / max(candidates.stranger.sum(), 1)
    miss = 1 - recognised / max((~candidates.stranger).sum(), 1)
    identities = len(np.unique(candidates.identity))
    strangers = int(candidates.stranger.sum()) // params.draws
    least = least_far(KIND, identities, strangers)
    rules = []
    for policy, limit in params.policies.items():
        loss = np.maximum(far, miss) if limit is None else np.where(far <= limit, miss, np.inf)
        best = np.lexsort((far.ravel(), loss.ravel()))[0]
        row, column = np.unravel_index(best, loss.shape)
        rules.append(
            Threshold(
                KIND,
                params.references,
                policy,
                threshold=float(distances[column]),
                smallest_gap=float(gaps[row]),
                n_identities=identities,
                n_impostors=strangers,
                least_far=least,
            )
        )
    return rules


def apply_reject_rules(
    candidates: Candidates, thresholds: list[Threshold], params: EvaluateParams
) -> dict[str, float]:
    """Computes FAR and DIR, with their intervals, under the rules that val chose."""
    group = open_set(params.references)
    metrics: dict[str, float] = {}
    for rule in of_claims(thresholds, KIND, params.references):
        near = candidates.distance <= rule.threshold
        accepted = near & (candidates.gap >= (rule.smallest_gap or 0))
        for rate, probes, hits in (
            ("far", candidates.stranger, accepted),
            ("dir", ~candidates.stranger, accepted & candidates.correct),
        ):
            name = carried_rate(group, rate, rule.policy, params.target_name)
            metrics |= share(name, candidates.identity[probes], hits[probes])
    return metrics


def dir_metrics(candidates: Candidates, params: EvaluateParams) -> dict[str, float]:
    """Computes DIR at the FAR of `params`, by distance alone, its interval and the sample sizes."""
    group = open_set(params.references)
    name = f"{group}/{at_far('dir', params.far)}"
    known, strangers = _scores(candidates)
    scored = InMemoryScores(known, strangers)
    counts = scored.accepted(thin(scored.curve()).threshold)
    missed = influence.of_frr_at_far(scored.at_far(params.far)[0], params.far, counts)
    metrics = {
        name: 1 - missed.value,
        f"{group}/n_identities": float(len(np.unique(candidates.identity))),
        f"{group}/n_probes": float(len(candidates.identity)),
        f"{group}/n_stranger_probes": float(candidates.stranger.sum()),
    }
    return metrics | missed.complement().ends(name)


def dir_curve(candidates: Candidates) -> error_rates.Roc:
    """Computes FAR, and 1 − DIR in the place of FRR, for every largest distance, at any gap."""
    known, strangers = _scores(candidates)
    return error_rates.roc(known.distance, strangers.distance)


def curve_table(curve: error_rates.Roc) -> pd.DataFrame:
    """Returns the points of a curve of `dir_curve`: far, dir, threshold."""
    return pd.DataFrame({"far": curve.far, "dir": 1 - curve.frr, "threshold": curve.threshold})


def _candidates(search: Search, generator: np.random.Generator) -> Candidates:
    """Returns the candidates of one draw, in which a random half of the identities is enrolled."""
    count = len(search.enrolled)
    half = np.sort(generator.permutation(count)[: count - count // 2])
    enrolled, distance = search.enrolled[half], search.distance[:, half]
    nearest, second = np.partition(distance, 1, axis=1)[:, :2].T
    candidate = enrolled[distance.argmin(axis=1)]
    return Candidates(
        identity=search.identity,
        stranger=~np.isin(search.identity, enrolled),
        correct=(candidate == search.identity) & (second > nearest),  # a tie is lost
        distance=nearest,
        gap=second - nearest,
    )


def _grid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns at most 200 of the distinct values, evenly spaced in their order."""
    distinct = np.unique(values)
    places = np.linspace(0, len(distinct) - 1, GRID_SIZE).round().astype(np.intp)
    return distinct[np.unique(places)]


def _count_accepted(
    candidates: Candidates,
    probes: NDArray[np.bool_],
    distances: NDArray[np.float64],
    gaps: NDArray[np.float64],
) -> NDArray[np.intp]:
    """Counts the probes that each smallest gap and largest distance accept together.

    Probes at distances 1 and 2 with gaps 5 and 0 are counted as [[1, 2], [1, 1]] for gaps 0, 5 and
    distances 1, 2: the second probe is lost where a gap of 5 is demanded.

    Args:
        candidates: of all probes.
        probes: bool [n], those to count.
        distances: [T], ascending.
        gaps: [G], ascending, from 0.

    Returns:
        int [G, T].
    """
    column = np.searchsorted(distances, candidates.distance[probes])  # the first that accepts it
    row = np.searchsorted(gaps, candidates.gap[probes], side="right") - 1  # the last that does
    counts = np.zeros((len(gaps), len(distances)), np.intp)
    np.add.at(counts, (row, column), 1)
    return counts[::-1].cumsum(axis=0)[::-1].cumsum(axis=1)


def _scores(candidates: Candidates) -> tuple[Scores, Scores]:
    """Returns distances of enrolled identities' probes and of strangers' probes.

    An enrolled identity's probe with another's name is put beyond every threshold.
    """
    beyond = candidates.distance.max() + 1
    acceptable = candidates.correct | candidates.stranger
    distance = np.where(acceptable, candidates.distance, beyond).astype(np.float32)
    identity = candidates.identity.astype(np.int32)
    known, stranger = ~candidates.stranger, candidates.stranger
    return (
        Scores(distance[known], identity[known]),
        Scores(distance[stranger], identity[stranger]),
    )
