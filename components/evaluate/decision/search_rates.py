"""Error rates of searches in galleries of any size, over all galleries that the people allow.

Of M others G are enrolled, every choice of them as probable as another: the chances are those of
drawing without replacement, so that no gallery is drawn.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from components.evaluate.decision.search_scores import SearchScores
from components.shared.verification.decision_limits import Limits
from components.shared.verification.estimate import Estimate
from components.shared.verification.influence import of_ratio

Floats = NDArray[np.float64]
NEGLIGIBLE = 1e-12
"""A person who comes first with a smaller chance is left out."""


def first_of_drawn(others: int, drawn: int) -> Floats:
    """Computes the chance [M] of each of M others in an order to be the first of those drawn.

    That of the j-th is C(M − 1 − j, G − 1) / C(M, G), j from 0.

    Two of three are drawn: the first is left out in one of three cases, the third is never first.

    >>> first_of_drawn(3, 2).round(3).tolist()
    [0.667, 0.333, 0.0]
    """
    before = np.arange(others - 1)
    ratios = np.maximum(others - drawn - before, 0) / (others - 1 - before)
    return np.asarray(drawn / others * np.concatenate([[1.0], np.cumprod(ratios)]))


def none_of_drawn(others: int, drawn: int) -> Floats:
    """Computes the chance [M + 1] that none of the first r of M others is drawn, r from 0.

    It is C(M − r, G) / C(M, G).

    >>> none_of_drawn(3, 2).round(3).tolist()
    [1.0, 0.333, 0.0, 0.0]
    """
    before = np.arange(others)
    ratios = np.maximum(others - drawn - before, 0) / (others - before)
    return np.concatenate([[1.0], np.cumprod(ratios)])


class SearchCurve(NamedTuple):
    """Error rates at T limits of a search.

    Attributes:
        threshold: [T], limits of the evidence against others, ascending.
        fpir: [T], share of the searches for strangers that are given a person.
        fnir: [T], share of the searches for enrolled people that are not given theirs.
    """

    threshold: Floats
    fpir: Floats
    fnir: Floats


class SearchCurves:
    """The rates of searches at some limits, for galleries of any size.

    Args:
        blocks: of one number of references, one at least.
        thresholds: [T], ascending.
    """

    def __init__(self, blocks: list[SearchScores], thresholds: Floats) -> None:
        self._thresholds = thresholds
        self._blocks = blocks
        self._others = [_reached(thresholds, block.search) for block in blocks]
        self._own = [_reached(thresholds, block.own) for block in blocks]

    def at(self, size: int, claim_limit: float) -> SearchCurve:
        """Computes the rates where the first candidate is accepted, if a claim to be it is too.

        Args:
            size: number of people enrolled; blocks with fewer others are left out.
            claim_limit: least evidence of the claim.

        Raises:
            ValueError: no block has so many others.
        """
        probes = sum(len(block.identity) for block in _usable(self._blocks, size))
        accepted, found = np.zeros(len(self._thresholds)), np.zeros(len(self._thresholds))
        for block, others, own in zip(self._blocks, self._others, self._own, strict=True):
            if not _is_usable(block, size):
                continue
            chance = _likely(first_of_drawn(block.search.shape[1], size))
            places = slice(len(chance))
            mass = chance * (block.claim[:, places] >= claim_limit)
            accepted += self._from_each(others[:, places], mass)
            found += self._from_each(own, _own_is_first(block, size, claim_limit))
        return SearchCurve(self._thresholds, accepted / probes, 1 - found / probes)

    def _from_each(self, reached: NDArray[np.intp], weight: Floats) -> Floats:
        """Sums the weights of what reaches each threshold, [T]."""
        count = len(self._thresholds) + 1
        sums = np.bincount(reached.ravel(), weight.ravel(), minlength=count)
        from_each = np.flip(np.cumsum(np.flip(sums)))
        return np.asarray(from_each[1:], np.float64)


class SearchEstimates(NamedTuple):
    """Error rates of searches, and what is left to a person, with each identity's influence."""

    fpir: Estimate
    fnir: Estimate
    strangers_reviewed: Estimate
    enrolled_reviewed: Estimate


def estimate(
    blocks: list[SearchScores], size: int, limits: Limits, claims: Limits
) -> SearchEstimates:
    """Estimates the rates of a policy.

    A search for a stranger counts for that person and for the candidate.

    Args:
        blocks: as `SearchCurves`.
        size: number of people enrolled.
        limits: of the evidence against others.
        claims: of the evidence by which a claim to be the candidate is decided.
    """
    usable = _usable(blocks, size)
    people = 1 + max(int(max(block.identity.max(), block.other.max())) for block in usable)
    images = len(np.unique(np.concatenate([block.image for block in usable])))
    sums = _Sums(people, 1 / images)
    for block in usable:
        chance = _likely(first_of_drawn(block.search.shape[1], size))
        places = slice(len(chance))
        others = block._replace(
            other=block.other[:, places],
            search=block.search[:, places],
            claim=block.claim[:, places],
        )
        stranger = _outcome(others.search, others.claim, limits, claims)
        own = _outcome(block.own, block.own_claim, limits, claims)
        sums.add_strangers(others, np.broadcast_to(chance, others.search.shape), stranger)
        sums.add_enrolled(block.identity, _own_is_first(block, size), own)
    return sums.estimates()


class _Outcome(NamedTuple):
    """The fate of candidates that are the first."""

    accepted: NDArray[np.bool_]
    reviewed: NDArray[np.bool_]


class _Sums:
    """Sums by person over searches for strangers and for enrolled people."""

    def __init__(self, people: int, resolution: float) -> None:
        self._people, self._resolution = people, resolution
        self._trials, self._as_candidate = np.zeros(people), np.zeros(people)
        self._strangers = np.zeros((2, people))
        self._candidates = np.zeros((2, people))
        self._missed, self._seen = np.zeros(people), np.zeros(people)

    def add_strangers(self, block: SearchScores, chance: Floats, outcome: _Outcome) -> None:
        """Adds searches for strangers; `chance` [P, M] is that of a person to be the first."""
        self._trials += self._by(block.identity, np.ones(len(block.identity)))
        self._as_candidate += self._by(block.other, chance)
        for row, counts in enumerate(outcome):
            probe, place = np.nonzero(counts)
            mass = chance[probe, place]
            self._strangers[row] += self._by(block.identity[probe], mass)
            self._candidates[row] += self._by(block.other[probe, place], mass)

    def add_enrolled(self, identity: NDArray[np.intp], first: Floats, outcome: _Outcome) -> None:
        """Adds searches for enrolled people; `first` [P] is the chance that theirs is."""
        self._missed += self._by(identity, 1 - first * (outcome.accepted | outcome.reviewed))
        self._seen += self._by(identity, first * outcome.reviewed)

    def estimates(self) -> SearchEstimates:
        """Returns the shares."""
        return SearchEstimates(
            fpir=self._of_strangers(0),
            fnir=self._of_enrolled(self._missed),
            strangers_reviewed=self._of_strangers(1),
            enrolled_reviewed=self._of_enrolled(self._seen),
        )

    def _of_strangers(self, row: int) -> Estimate:
        searched = (self._trials > 0) | (self._as_candidate > 0)
        influence = of_ratio(self._strangers[row][searched], self._trials[searched])
        influence += of_ratio(self._candidates[row][searched], self._as_candidate[searched])
        value = self._strangers[row].sum() / self._trials.sum()
        return Estimate(float(value), influence, self._resolution)

    def _of_enrolled(self, part: Floats) -> Estimate:
        searched = self._trials > 0
        influence = of_ratio(part[searched], self._trials[searched])
        value = part.sum() / self._trials.sum()
        return Estimate(float(value), influence, self._resolution)

    def _by(self, person: NDArray[np.intp], values: Floats) -> Floats:
        sums = np.bincount(person.ravel(), values.ravel(), minlength=self._people)
        return np.asarray(sums, np.float64)


def _usable(blocks: list[SearchScores], size: int) -> list[SearchScores]:
    usable = [block for block in blocks if _is_usable(block, size)]
    if not usable:
        raise ValueError(f"nobody has {size} others to be searched among")
    return usable


def _is_usable(block: SearchScores, size: int) -> bool:
    return block.search.shape[1] >= size and len(block.identity) > 0


def _likely(chance: Floats) -> Floats:
    """Returns the chances that count, of falling ones."""
    return chance[: np.count_nonzero(chance > NEGLIGIBLE)]


def _own_is_first(block: SearchScores, size: int, claim_limit: float = -np.inf) -> Floats:
    """Computes the chance [P] that of `size` − 1 others none has the own evidence or more.

    It is 0 where the evidence of the claim is less than `claim_limit`.
    """
    chance = none_of_drawn(block.search.shape[1], size - 1)[block.above]
    return np.asarray(chance * (block.own_claim >= claim_limit))


def _outcome(
    search: NDArray[np.float32], claim: NDArray[np.float32], limits: Limits, claims: Limits
) -> _Outcome:
    accepted = limits.accepted(search) & claims.accepted(claim)
    held = ~limits.rejected(search) & ~claims.rejected(claim)
    return _Outcome(accepted, held & ~accepted)


def _reached(thresholds: Floats, score: NDArray[np.float32]) -> NDArray[np.intp]:
    """Returns how many thresholds each score reaches, in its shape."""
    return np.searchsorted(thresholds, score, side="right")
