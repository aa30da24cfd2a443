"""Identification: whose signature it is among those of a gallery, nobody's being an answer.

Val chose limits for galleries of several sizes, and test measured what they do: an answer names
both. A bundle of an earlier version has limits for one claim alone. Among n people there are n
chances of an impostor, so that ln n is added to them: if the likelihood ratios are right, an
impostor's is t or more with probability 1 / t at most, and one of n impostors' n · t or more
likewise. Beyond the largest gallery of val the same is done from there. Neither was measured on
test, and such an answer says so.
"""

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from numpy.typing import ArrayLike

from components.shared.verification import identification_policy, identification_rates
from components.shared.verification.decision import Decision
from components.shared.verification.decision_limits import Limits
from components.shared.verification.identification_rates import SearchRates
from serving.engine.claims import claim, evidence
from serving.engine.gallery import Gallery, Neighbour
from serving.engine.model import ServedModel

ACCEPTED, REVIEW, NOBODY_ENROLLED = "accepted", "review", "nobody_enrolled"
TOO_FAR, TOO_CLOSE = "too_far", "too_close_to_second"
TOO_LITTLE_EVIDENCE = "too_little_evidence"
CONSIDERED = 100
"""Number of nearest people whose evidence is computed."""


class Candidate(NamedTuple):
    """A person who may have written the probe.

    Attributes:
        person_id: of the person.
        distance: of the probe to the mean of the person's embeddings.
        llr: natural log-likelihood ratio against each kind of impostor, no stronger than the data
            support.
        references: number of the person's embeddings.
    """

    person_id: str
    distance: float
    llr: Mapping[str, float]
    references: int


class Identification(NamedTuple):
    """The answer to a search.

    Attributes:
        person_id: of whom it is; None where it is nobody's, or a person must decide.
        reason: `accepted`, `review`, `too_little_evidence`, `too_far`, `too_close_to_second` or
            `nobody_enrolled`.
        candidates: those with most evidence first.
        gap: how much farther the next nearest person is than the first candidate; None where there
            is no other.
        enrolled: number of people that were searched.
        policy: that was asked for.
        limits: of the evidence against others, for so many people; None where nobody is enrolled.
        measured: whether the error rates at these limits were measured for searches.
        rates: these, of a gallery with as many people or more, which errs no less; None where they
            were not.
    """

    person_id: str | None
    reason: str
    candidates: list[Candidate]
    gap: float | None
    enrolled: int
    policy: str
    limits: Limits | None
    measured: bool = False
    rates: SearchRates | None = None


class _Ranked(NamedTuple):
    candidate: Candidate
    evidence: Mapping[str, float]


def identify(
    model: ServedModel,
    gallery: Gallery,
    probe: ArrayLike,
    policy: str,
    largest_distance: float | None = None,
    smallest_gap: float | None = None,
    limit: int = 10,
) -> Identification:
    """Searches a gallery for the writer of a probe.

    The nearest people by their mean embeddings are ordered by their evidence. The first is accepted
    if the evidence against others reaches the policy's limit for a gallery of this size, and if the
    claim to be that person would be accepted too; nobody is where another has just as much.

    Args:
        model: that computed the embeddings.
        gallery: of the people.
        probe: float [D].
        policy: one of `model.policies`.
        largest_distance: of the probe to the mean of the accepted person's embeddings; None: any.
        smallest_gap: least that the next nearest person must be farther; None: any.
        limit: number of candidates to return.

    Raises:
        KeyError: the model has no such policy.
        ValueError: the probe is not of the model's space, or a number is negative or NaN.
    """
    for name, number in (("largest_distance", largest_distance), ("smallest_gap", smallest_gap)):
        if number is not None and not number >= 0:
            raise ValueError(f"{name} is {number}, but must be 0 or more")
    if policy not in model.policies:
        raise KeyError(policy)
    near = gallery.nearest(probe, CONSIDERED)
    enrolled = len(gallery)
    ranked = _rank(model, gallery, near, probe)
    if not ranked:
        return Identification(None, NOBODY_ENROLLED, [], None, enrolled, policy, None)
    first = ranked[0]
    gap = _gap(near, first.candidate)
    limits, rates = _limits(model, first.candidate.references, policy, enrolled)
    reason = _by_evidence(model.decision, first, policy, limits)
    if _is_tied(model.decision, ranked, gap) or (
        gap is not None and smallest_gap is not None and gap < smallest_gap
    ):
        reason = TOO_CLOSE
    if largest_distance is not None and first.candidate.distance > largest_distance:
        reason = TOO_FAR
    return Identification(
        person_id=first.candidate.person_id if reason == ACCEPTED else None,
        reason=reason,
        candidates=[one.candidate for one in ranked[:limit]],
        gap=gap,
        enrolled=enrolled,
        policy=policy,
        limits=limits,
        measured=rates is not None,
        rates=rates,
    )


def _rank(
    model: ServedModel, gallery: Gallery, near: Sequence[Neighbour], probe: ArrayLike
) -> list[_Ranked]:
    """Orders people by their evidence, of equal ones the nearer first."""
    decision, kind = model.decision, model.decision.search_kind
    ranked = []
    for neighbour in near:
        try:
            references = gallery.references(neighbour.person_id)
        except KeyError:  # removed meanwhile
            continue
        scores = evidence(decision, claim(references, probe, model.dimension))
        llr = {each: float(decision.llr(each, score)) for each, score in scores.items()}
        candidate = Candidate(neighbour.person_id, neighbour.distance, llr, len(references))
        ranked.append(_Ranked(candidate, scores))
    return sorted(ranked, key=lambda one: (-one.evidence[kind], one.candidate.distance))


def _gap(near: Sequence[Neighbour], first: Candidate) -> float | None:
    """Computes how much farther the next nearest person is; negative where that one is nearer."""
    others = [one.distance for one in near if one.person_id != first.person_id]
    return min(others) - first.distance if others else None


class _SearchLimits(NamedTuple):
    limits: Limits
    rates: SearchRates | None


def _limits(model: ServedModel, references: int, policy: str, enrolled: int) -> _SearchLimits:
    """Returns the policy's limits for a search among so many people, and their measured rates."""
    people = max(1, enrolled)
    found = identification_policy.lookup(model.decision.searches, references, policy, people)
    if found is not None:
        rates = identification_rates.lookup(model.search_rates, found, policy)
        return _SearchLimits(found.limits, rates)
    limits = model.decision.limits(model.decision.search_kind, references, policy)
    if limits is None:
        raise KeyError(policy)
    more = math.log(people)
    return _SearchLimits(Limits(limits.low + more, limits.high + more), None)


def _by_evidence(decision: Decision, first: _Ranked, policy: str, limits: Limits) -> str:
    """Returns the reason by evidence: the worse outcome of the search and of the claim."""
    claimed = decision.limits(decision.kind, first.candidate.references, policy)
    if claimed is None:
        raise KeyError(policy)
    held = (
        (first.evidence[decision.search_kind], limits),
        (first.evidence[decision.kind], claimed),
    )
    if any(score < bounds.low for score, bounds in held):
        return TOO_LITTLE_EVIDENCE
    return ACCEPTED if all(score >= bounds.high for score, bounds in held) else REVIEW


def _is_tied(decision: Decision, ranked: Sequence[_Ranked], gap: float | None) -> bool:
    """Tells whether another person has as much evidence, or is as near."""
    kind = decision.search_kind
    as_much = len(ranked) > 1 and ranked[1].evidence[kind] >= ranked[0].evidence[kind]
    return as_much or gap == 0
