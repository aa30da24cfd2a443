"""The strongest floor of a model, what its training gained, and error rates as counts."""

from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import NamedTuple

from components.shared.verification import metric_names
from components.shared.verification.metric_names import FLOORS, START, at_threshold, ends

Metrics = Mapping[str, float]
TOTALS = (100, 1_000, 10_000, 100_000)
IMPOSTOR_IMAGES = {"skilled": "skilled forgeries", "random": "images of other identities"}


class Verdict(StrEnum):
    """The result of a model against a floor, by the paired interval of the difference."""

    BEATEN = "is beaten by more than chance"
    OPEN = "is not beaten beyond chance"
    BETTER = "is better than the model by more than chance"
    UNKNOWN = "cannot be said to be beaten, for want of an interval"


CHANCE = {
    Verdict.BEATEN: "which is more than chance",
    Verdict.OPEN: "which is no more than chance",
    Verdict.BETTER: "which is more than chance",
    Verdict.UNKNOWN: "which may be chance, for want of an interval",
}


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


def gain(metrics: Metrics, kind: str) -> str:
    """Describes what the training of the network gained over its start, in a sentence.

    `Training the network gained 0.1 points (−0.9 to 1.2) over its start, which is no more than
    chance.`

    Returns:
        Nothing where the start was not measured.
    """
    key = f"{metric_names.floor(START, kind)}/eer"
    difference = f"{key}_difference"
    if difference not in metrics:
        return ""
    verdict = _verdict(metrics, key)
    lost = verdict is Verdict.BETTER
    sign = 1 if lost else -1
    points = f"{_points(sign * metrics[difference])} points"
    if verdict is not Verdict.UNKNOWN:
        low, high = sorted(sign * metrics[end] for end in ends(difference))
        points += f" ({_points(low)} to {_points(high)})"
    change = f"lost {points} against its start" if lost else f"gained {points} over its start"
    return f"Training the network {change}, {CHANCE[verdict]}."


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


def _points(share: float) -> str:
    return f"{round(share * 100, 1) + 0.0:.1f}".replace("-", "−")  # + 0.0: no minus before a zero


def _verdict(metrics: Metrics, key: str) -> Verdict:
    low, high = ends(f"{key}_difference")
    if low not in metrics:
        return Verdict.UNKNOWN
    if metrics[high] < 0:
        return Verdict.BEATEN
    return Verdict.BETTER if metrics[low] > 0 else Verdict.OPEN
