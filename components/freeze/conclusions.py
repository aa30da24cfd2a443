"""The conclusions of a model card: the uses that its floors allow, and those that they do not."""

from collections.abc import Mapping

from components.shared.verification import metric_names
from components.shared.verification.floors import (
    StrongestFloor,
    Verdict,
    gain,
    outcome,
    rates_at_threshold,
    strongest_floor,
)
from components.shared.verification.metric_names import IMPOSTORS, N_PAIRS

Metrics = Mapping[str, float]
GOOD = "Good for ranking and pre-sorting against {impostors}, at these rates"
NOT_SHOWN = "Not shown to be good against {impostors}"
NOT_GOOD = (
    "Not good against {impostors}: it was not shown to do better than a floor, which needs no "
    "trained network"
)
USES = {
    Verdict.BEATEN: GOOD,
    Verdict.OPEN: NOT_GOOD,
    Verdict.BETTER: NOT_GOOD,
    Verdict.UNKNOWN: NOT_SHOWN,
}
NOT_MEASURED = "Not good for anything yet: nothing was measured with one reference."


def conclusions(metrics: Metrics) -> list[str]:
    """Returns a conclusion for each kind of impostor that was measured with one reference."""
    measured = [kind for kind in IMPOSTORS if _is_measured(metrics, kind)]
    return [_conclusion(metrics, kind) for kind in measured] or [NOT_MEASURED]


def _is_measured(metrics: Metrics, kind: str) -> bool:
    group = metric_names.verification(kind, 1)
    return {f"{group}/eer", f"{group}/n_identities", f"{group}/{N_PAIRS}"} <= metrics.keys()


def _conclusion(metrics: Metrics, kind: str) -> str:
    group = metric_names.verification(kind, 1)
    floor = strongest_floor(metrics, kind)
    use = USES[floor.verdict] if floor else NOT_SHOWN
    sentences = [
        f"**{use.format(impostors=IMPOSTORS[kind])}.**",
        f"With one reference its equal error rate is {metrics[f'{group}/eer']:.1%} on "
        f"{metrics[f'{group}/n_identities']:,.0f} identities{_against(floor, metrics)}.",
    ]
    if gained := gain(metrics, kind):
        sentences.append(gained)
    if rates := rates_at_threshold(metrics, group):
        sentences.append(f"At its threshold {outcome(*rates, kind)}.")
    return " ".join(sentences).replace("%", " %")


def _against(floor: StrongestFloor | None, metrics: Metrics) -> str:
    if floor is None:
        return "; no floor was measured"
    eer = f"{metrics[floor.key]:.1%}"
    return f"; the strongest floor, {floor.name}, has {eer} and {floor.verdict}"
