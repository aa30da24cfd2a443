"""The least false acceptance rate that a number of impostors can show.

Rule of three (ISO/IEC 19795-1): where n independent trials have no error, the rate is below 3/n
with 95 % confidence. A threshold for a smaller FAR says that no impostor passed, and no more.
"""

from collections.abc import Iterable

from components.shared.verification.metric_names import IMPOSTORS
from components.shared.verification.threshold import Threshold

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


def caveats(thresholds: Iterable[Threshold], policy: str | None = None) -> list[str]:
    """Returns a warning where there are thresholds for a FAR below what val can show.

    Args:
        thresholds: of a model.
        policy: the one to look at; None: all.
    """
    doubtful = [
        _describe(threshold)
        for threshold in thresholds
        if threshold.beyond_evidence and policy in (None, threshold.policy)
    ]
    if not doubtful:
        return []
    return [
        "Val has too few impostors to show the FAR that a threshold was chosen for; it says that "
        f"hardly one of these passed, and no more: {'; '.join(doubtful)}."
    ]


def _describe(threshold: Threshold) -> str:
    references = f"{threshold.references} reference{'s' if threshold.references > 1 else ''}"
    return (
        f"FAR ≤ {100 * (threshold.far or 0):g} % against "
        f"{IMPOSTORS.get(threshold.kind, STRANGERS)}, {references} "
        f"({threshold.n_identities} identities with {threshold.n_impostors:,} impostors can show "
        f"{percent(threshold.least_far or 1)})"
    )
