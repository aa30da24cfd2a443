"""The policy of searches (1:N): limits by the gallery's size on val, and their rates on test."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.decision.search_rates import SearchCurve, SearchCurves, estimate
from components.evaluate.decision.search_scores import SearchScores, search_scores
from components.evaluate.params import COST, REVIEW, EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, Metrics
from components.shared.verification.decision import Decision
from components.shared.verification.decision_limits import Limits
from components.shared.verification.estimate import FEWEST_IDENTITIES, Estimate
from components.shared.verification.identification_policy import SearchPolicy
from components.shared.verification.identification_rates import FNIR, FPIR, SearchRates, group
from components.shared.verification.measured_rates import Rate
from components.shared.verification.metric_names import at_threshold, ends

SIZES = (1, 3, 10, 30, 100, 300, 1000)
"""Numbers of people enrolled for which limits are chosen, and as many as val has."""
GRID_SIZE = 300
"""Limits that are tried: so many of enrolled people's evidence, and of strangers' strongest."""


def choose(decision: Decision, val: ComparedPart, params: EvaluateParams) -> list[SearchPolicy]:
    """Chooses the limits of searches on val, with one reference and with several.

    Args:
        decision: of val.
        val: the part.
        params: of the step.

    Returns:
        None of fewer than `FEWEST_IDENTITIES` identities.
    """
    rows: list[SearchPolicy] = []
    for references in _references(decision, params):
        searched = _search(decision, val, references, params)
        if searched is None:
            continue
        curves = SearchCurves(searched.blocks, _thresholds(searched.blocks))
        for size in _sizes(searched.most):
            for policy in params.decision_policies:
                claims = decision.limits(decision.kind, references, policy)
                if claims is None:
                    continue
                limits = _limits(curves, size, policy, claims, params)
                sizes = searched.identities, searched.probes
                rows.append(SearchPolicy(references, size, policy, limits, *sizes))
    return rows


def measure(decision: Decision, test: ComparedPart, params: EvaluateParams) -> list[SearchRates]:
    """Measures the rates of the policies at the limits that val chose.

    Args:
        decision: of val.
        test: the part; sizes of galleries that it is too small for are left out.
        params: of the step.
    """
    rows: list[SearchRates] = []
    for references in sorted({row.references for row in decision.searches}):
        searched = _search(decision, test, references, params)
        if searched is None:
            continue
        for row in decision.searches:
            claims = decision.limits(decision.kind, references, row.policy)
            if row.references != references or row.gallery_size > searched.most or claims is None:
                continue
            rates = estimate(searched.blocks, row.gallery_size, row.limits, claims)
            rows.append(
                SearchRates(
                    references=references,
                    gallery_size=row.gallery_size,
                    policy=row.policy,
                    fpir=_rate(rates.fpir),
                    fnir=_rate(rates.fnir),
                    strangers_reviewed=_rate(rates.strangers_reviewed),
                    enrolled_reviewed=_rate(rates.enrolled_reviewed),
                    n_identities=searched.identities,
                    n_probes=searched.probes,
                )
            )
    return rows


def metrics(rows: list[SearchRates], params: EvaluateParams) -> Metrics:
    """Returns the rates of the target's policy by their metrics' names; all are in the file."""
    result: Metrics = {}
    for row in rows:
        if row.policy != params.target_name:
            continue
        of_size = group(row.references, row.gallery_size)
        result |= _named(f"{of_size}/{at_threshold(FPIR)}", row.fpir)
        result |= _named(f"{of_size}/{at_threshold(FNIR)}", row.fnir)
        result |= {
            f"{of_size}/n_identities": float(row.n_identities),
            f"{of_size}/n_probes": float(row.n_probes),
        }
    return result


class _Searched(NamedTuple):
    """The searches of a part, with one number of references.

    Attributes:
        blocks: their evidence.
        most: the largest gallery that somebody can be a stranger to.
        identities: number of people.
        probes: number of images that are searched for.
    """

    blocks: list[SearchScores]
    most: int
    identities: int
    probes: int


def _search(
    decision: Decision, part: ComparedPart, references: int, params: EvaluateParams
) -> _Searched | None:
    """Scores the searches of a part; None where it has too few identities."""
    draws = params.draws_of(references)
    blocks = search_scores(decision, part.embeddings, part.part.labels, draws)
    if not blocks:
        return None
    people = np.unique(np.concatenate([block.identity for block in blocks]))
    images = np.unique(np.concatenate([block.image for block in blocks]))
    if len(people) < FEWEST_IDENTITIES:
        return None
    most = max(block.search.shape[1] for block in blocks)
    return _Searched(blocks, most, len(people), len(images))


def _references(decision: Decision, params: EvaluateParams) -> list[int]:
    """Returns one, and the number of references of `params`, or as many as val could show."""
    return sorted({1, min(params.references, decision.most_references)})


def _sizes(most: int) -> list[int]:
    return [size for size in SIZES if size < most] + [most]


def _limits(
    curves: SearchCurves, size: int, policy: str, claims: Limits, params: EvaluateParams
) -> Limits:
    """Chooses the limits of a policy, where a claim to be the candidate is accepted too.

    Of limits that lose as little the one with the least FPIR is taken, the highest of those. Where
    no limit keeps FNIR as low as the review asks for, it is one with the least FNIR.
    """
    strict = curves.at(size, claims.high)
    if policy != REVIEW:
        return Limits.single(_best(strict, _loss(strict, policy, params)))
    least = params.decision.review
    high = _best(strict, _within(strict, least.false_accepts))
    lenient = curves.at(size, claims.low)
    reached = lenient.fnir <= max(least.false_rejects, lenient.fnir.min())
    low = float(lenient.threshold[reached][-1])
    return Limits(low, high) if low < high else Limits.single((low + high) / 2)


def _loss(rates: SearchCurve, policy: str, params: EvaluateParams) -> NDArray[np.float64]:
    """Computes what a policy loses at each limit, [T]."""
    if policy == COST:
        cost = params.decision.cost
        strangers, enrolled = cost.false_accept * rates.fpir, cost.false_reject * rates.fnir
        return cost.prior * strangers + (1 - cost.prior) * enrolled
    far = params.policies[policy]
    return np.maximum(rates.fpir, rates.fnir) if far is None else _within(rates, far)


def _within(rates: SearchCurve, fpir: float) -> NDArray[np.float64]:
    return np.where(rates.fpir <= fpir, rates.fnir, np.inf)


def _best(rates: SearchCurve, loss: NDArray[np.float64]) -> float:
    return float(rates.threshold[np.lexsort((-rates.threshold, rates.fpir, loss))[0]])


def _thresholds(blocks: list[SearchScores]) -> NDArray[np.float64]:
    """Returns limits to try, ascending: the last accepts nobody."""
    own = np.concatenate([block.own for block in blocks]).astype(np.float64)
    strongest = np.concatenate([block.search[:, 0] for block in blocks]).astype(np.float64)
    others = np.concatenate([block.search.ravel() for block in blocks]).astype(np.float64)
    strong = others[others >= np.quantile(others, 0.9)]
    above = np.nextafter(max(own.max(), strongest.max()), np.inf)
    lowest = min(own.min(), others.min())
    grids = [_grid(values) for values in (own, strongest, strong, others)]
    return np.unique(np.concatenate([[lowest], *grids, [above]]))


def _grid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Returns at most `GRID_SIZE` of the distinct values, evenly spaced in their order."""
    distinct = np.unique(values)
    places = np.linspace(0, len(distinct) - 1, GRID_SIZE).round().astype(np.intp)
    return distinct[np.unique(places)]


def _rate(estimate: Estimate) -> Rate:
    interval = estimate.rate_interval()
    return Rate(estimate.value, *(interval or ()))


def _named(name: str, rate: Rate) -> Metrics:
    low, high = ends(name)
    values = {name: rate.value, low: rate.low, high: rate.high}
    return {key: value for key, value in values.items() if value is not None}
