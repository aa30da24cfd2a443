"""Limits of a search (1:N), which val chose by the size of the gallery.

Among G people there are G chances of an impostor, so that a search asks for more evidence than a
claim does, and the more people the more. Limits are those of `policies`, with FPIR in the place of
FAR and FNIR in that of FRR (ISO/IEC 19795-1: false-positive and false-negative identification
rate). Both rates rise with the gallery at one limit: limits chosen for more people than are
enrolled err no more often than they did there.
"""

import math
from collections.abc import Iterable
from typing import Any, NamedTuple

from components.shared.verification.decision_limits import Limits


class SearchPolicy(NamedTuple):
    """The limits that a policy chose on val for galleries of one size.

    Attributes:
        references: how many each enrolled person has.
        gallery_size: number of people enrolled.
        policy: its name, as those of claims.
        limits: of the evidence against others, before it is bounded.
        n_identities: number of identities that it was chosen on.
        n_probes: number of their images that were searched for.
    """

    references: int
    gallery_size: int
    policy: str
    limits: Limits
    n_identities: int
    n_probes: int


class SearchLimits(NamedTuple):
    """The limits for a gallery.

    Attributes:
        limits: of the evidence against others.
        references: how many each person had when they were chosen.
        gallery_size: the size that they were chosen for.
        extrapolated: whether there are more people than val had, for each of whom as much evidence
            more is asked for as the likelihood ratios say.
    """

    limits: Limits
    references: int
    gallery_size: int
    extrapolated: bool


def lookup(
    rows: Iterable[SearchPolicy], references: int, policy: str, enrolled: int
) -> SearchLimits | None:
    """Returns the limits for a gallery of so many people.

    They are those of the least size that val knew with as many people or more, and of the most
    references that the candidate has. Beyond val's largest gallery of G people the logarithm of
    `enrolled` / G is added to its limits.

    Args:
        rows: of a decision.
        references: of the candidate.
        policy: name of one.
        enrolled: number of people, 1 at least.

    Returns:
        None where val chose none for the policy with so few references.
    """
    known = [row for row in rows if row.policy == policy and row.references <= references]
    most = max((row.references for row in known), default=0)
    sizes = sorted((row for row in known if row.references == most), key=_size)
    if not sizes:
        return None
    for row in sizes:
        if row.gallery_size >= enrolled:
            return SearchLimits(row.limits, most, row.gallery_size, extrapolated=False)
    last = sizes[-1]
    more = math.log(enrolled / last.gallery_size)
    limits = Limits(last.limits.low + more, last.limits.high + more)
    return SearchLimits(limits, most, last.gallery_size, extrapolated=True)


def to_json(rows: Iterable[SearchPolicy]) -> list[dict[str, Any]]:
    """Returns rows as JSON has them, in decision.json."""
    return [{**row._asdict(), "limits": row.limits._asdict()} for row in rows]


def _size(row: SearchPolicy) -> int:
    return row.gallery_size
