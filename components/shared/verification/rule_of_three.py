"""The least false acceptance rate that a number of impostors can show.

Rule of three (ISO/IEC 19795-1): where n independent trials have no error, the rate is below 3/n
with 95 % confidence. A threshold for a smaller FAR says that no impostor passed, and no more.
"""

from collections.abc import Iterable, Sequence
from typing import Protocol

from components.shared.verification.metric_names import IMPOSTORS, allowed_far

EXPECTED_ERRORS = 3
STRANGERS = "strangers"


def least_far(kind: str, identities: int, impostors: int) -> float:
    """Returns the least FAR that impostors can show, 1 at most.

    Images of two people are compared many times, but they are two people: random forgeries count
    once for each claim of one identity by another.

    Args:
        kind: `random`, or any other.
        identities: number of those that are claimed.
        impostors: number of their comparisons with impostors, those of all draws of the references
            counted once.
    """
    trials = min(impostors, identities * (identities - 1)) if kind == "random" else impostors
    return min(1.0, EXPECTED_ERRORS / trials) if trials else 1.0


def percent(far: float) -> str:
    """Returns a FAR in per cent with two digits: `0.39 %`."""
    return f"{100 * far:.2g} %"


class Limit(Protocol):
    """A threshold, or limits of the evidence, that val chose for a policy."""

    @property
    def kind(self) -> str: ...
    @property
    def references(self) -> int: ...
    @property
    def policy(self) -> str: ...
    @property
    def n_identities(self) -> int | None: ...
    @property
    def n_impostors(self) -> int | None: ...
    @property
    def least_far(self) -> float | None: ...


def beyond_evidence(limit: Limit) -> bool:
    """Tells whether the FAR that was allowed is known to be less than the impostors can show."""
    far, least = allowed_far(limit.policy), limit.least_far
    return far is not None and least is not None and far < least


def caveats(
    thresholds: Iterable[Limit], policy: str | None = None, decided: Iterable[Limit] = ()
) -> list[str]:
    """Returns a warning where there are thresholds for a FAR below what val can show.

    Args:
        thresholds: of the mean distance, and reject rules of identification.
        policy: the one to look at; None: all.
        decided: limits of the decision model; those of its kinds of impostor stand for the
            thresholds, which nothing else uses then.
    """
    limits = list(decided)
    kinds = {limit.kind for limit in limits}
    limits += [threshold for threshold in thresholds if threshold.kind not in kinds]
    doubtful: dict[tuple[str, str], list[Limit]] = {}
    for limit in limits:
        if beyond_evidence(limit) and policy in (None, limit.policy):
            doubtful.setdefault((limit.kind, limit.policy), []).append(limit)
    if not doubtful:
        return []
    return [
        "Val has too few impostors to show the FAR that a threshold was chosen for; it says that "
        "hardly one of these passed, and no more: "
        f"{'; '.join(_describe(group) for group in doubtful.values())}."
    ]


def _describe(limits: Sequence[Limit]) -> str:
    """Describes limits of one policy, and the number of impostors of that with the fewest."""
    worst = max(limits, key=lambda limit: limit.least_far or 0)
    counts = sorted({limit.references for limit in limits})
    references = f"{counts[0]} reference{'s' if counts[0] > 1 else ''}"
    if len(counts) > 1:
        references = f"{counts[0]} to {counts[-1]} references"
    return (
        f"FAR ≤ {100 * (allowed_far(worst.policy) or 0):g} % against "
        f"{IMPOSTORS.get(worst.kind, STRANGERS)}, {references} "
        f"({worst.n_identities} identities with {worst.n_impostors:,} impostors can show "
        f"{percent(worst.least_far or 1)})"
    )
