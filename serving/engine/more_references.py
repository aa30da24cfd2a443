"""The number of references with which a person would be told surer than today."""

import math
from typing import NamedTuple

from components.shared.verification.decision import Decision, Usual

WORTH_IT = 0.01
"""The least share of genuine claims that must be accepted more for it to be said."""
MOST_OF_IT = 0.8
"""Share of all that more references can bring; the fewest are told that bring so much."""


class MoreReferences(NamedTuple):
    """A gain that more references would bring.

    Attributes:
        references: how many there should be in all.
        accepted_now: expected share of genuine claims that is accepted with those there are.
        accepted_then: the same with so many.
    """

    references: int
    accepted_now: float
    accepted_then: float


def advise(decision: Decision, references: int, policy: str) -> MoreReferences | None:
    """Tells how many references would help.

    The shares are those of val's genuine claims, whose evidence is taken as normally distributed
    with the mean and deviation that decision.json holds.

    Args:
        decision: that answers.
        references: how many there are, 1 or more.
        policy: name of one.

    Returns:
        None where no number that val could show brings a hundredth of the genuine claims, or
        val's usual evidence is not known.
    """
    shares, kind = {}, decision.kind
    for row in decision.usual:
        if row.kind == kind:
            shares[row.references] = _accepted(decision, row, policy)
    now = shares.get(min(references, decision.most_references))
    more = {count: share for count, share in shares.items() if count > references}
    if now is None or not more:
        return None
    gain = max(more.values()) - now
    if gain < WORTH_IT:
        return None
    count = min(count for count, share in more.items() if share - now >= MOST_OF_IT * gain)
    return MoreReferences(count, now, more[count])


def _accepted(decision: Decision, row: Usual, policy: str) -> float:
    """Computes the share of normally distributed evidence from the policy's limit on."""
    limits = decision.limits(row.kind, row.references, policy)
    if limits is None:
        raise KeyError(policy)
    if not row.deviation:
        return float(row.mean >= limits.high)
    return 0.5 * math.erfc((limits.high - row.mean) / row.deviation / math.sqrt(2))
