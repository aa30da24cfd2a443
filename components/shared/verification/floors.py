"""The strongest floor of a model, whether it is beaten, and error rates as counts."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from components.shared.verification import metric_names
from components.shared.verification.metric_names import FLOORS, at_threshold, ends

Metrics = Mapping[str, float]
TOTALS = (100, 1_000, 10_000, 100_000)
IMPOSTOR_IMAGES = {"skilled": "skilled forgeries", "random": "images of other identities"}


class Verdict(StrEnum):
    """The result of a model against a floor, by the paired interval of the difference."""

    BEATEN = "is beaten by more than chance"
    OPEN = "is not beaten beyond chance"
    BETTER = "is better than the model by more than chance"
    UNKNOWN = "cannot be said to be beaten, for want of an interval"


class StrongestFloor(NamedTuple):
    """The floor with the lowest equal error rate.

    Attributes:
        name: in words.
        key: the name of its equal error rate among the metrics.
        verdict: whether the model beats it.
    """

    name: str
    key: str
    verdict: Verdict


def strongest_floor(metrics: Metrics, kind: str) -> StrongestFloor | None:
    """Returns the strongest floor against a kind of impostor; None where none was measured."""
    eers = {f"{metric_names.floor(floor, kind)}/eer": name for floor, name in FLOORS.items()}
    measured = [key for key in eers if key in metrics]
    if not measured:
        return None
    key = min(measured, key=metrics.__getitem__)
    return StrongestFloor(eers[key], key, _verdict(metrics, key))


def rates_at_threshold(metrics: Metrics, group: str) -> tuple[float, float] | None:
    """Returns FAR and FRR at the threshold that val chose; None where they were not measured."""
    far, frr = f"{group}/{at_threshold('far')}", f"{group}/{at_threshold('frr')}"
    return (metrics[far], metrics[frr]) if far in metrics and frr in metrics else None


def outcome(far: float, frr: float, kind: str) -> str:
    """Describes the error rates of a threshold by counts.

    `26 of 100 skilled forgeries pass and 24 of 100 genuine images are refused`
    """
    passed, refused = counts([far, frr])
    return f"{passed} {IMPOSTOR_IMAGES[kind]} pass and {refused} genuine images are refused"


def counts(rates: Sequence[float]) -> list[str]:
    """Returns rates as counts of one total, the least that tells each from none and from all.

    Rates of 26.4 and 23.8 % are `26 of 100` and `24 of 100`; one of 99.6 % is `996 of 1,000`.
    """
    total = next((total for total in TOTALS if _shows_all(total, rates)), TOTALS[-1])
    return [f"{round(rate * total):,} of {total:,}" for rate in rates]


def _shows_all(total: int, rates: Sequence[float]) -> bool:
    return all(rate in {0, 1} or 1 <= rate * total <= total - 1 for rate in rates)


def _verdict(metrics: Metrics, key: str) -> Verdict:
    low, high = ends(f"{key}_difference")
    if low not in metrics:
        return Verdict.UNKNOWN
    if metrics[high] < 0:
        return Verdict.BEATEN
    return Verdict.BETTER if metrics[low] > 0 else Verdict.OPEN
