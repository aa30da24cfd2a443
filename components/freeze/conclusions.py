"""The conclusions of a model card: the uses that its floors allow, and those that they do not."""

from collections.abc import Mapping

from components.shared.verification import metric_names
from components.shared.verification.floors import (
    StrongestFloor,
    Verdict,
    counts,
    gain,
    outcome,
    rates_at_threshold,
    strongest_floor,
)
from components.shared.verification.metric_names import DECISION, IMPOSTORS, N_PAIRS, MetricGroup
from components.shared.verification.worst_collection import worst_collection, worst_sentence

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
    """Returns a conclusion for each kind of impostor that was measured with one reference.

    Of several collections the one on which the model does worst stands first.
    """
    measured = [kind for kind in IMPOSTORS if _is_measured(metrics, kind)]
    own = [_conclusion(metrics, kind) for kind in measured] or [NOT_MEASURED]
    worst = worst_sentence(metrics)
    return [f"**{worst}**", *own] if worst else own


def _is_measured(metrics: Metrics, kind: str) -> bool:
    group = metric_names.verification(kind, 1)
    return {f"{group}/eer", f"{group}/n_identities", f"{group}/{N_PAIRS}"} <= metrics.keys()


def _conclusion(metrics: Metrics, kind: str) -> str:
    group = metric_names.decided(metrics, kind, 1)
    floor = strongest_floor(metrics, kind)
    use = USES[floor.verdict] if floor else NOT_SHOWN
    opening = "All collections together, with one" if worst_collection(metrics) else "With one"
    sentences = [
        f"**{use.format(impostors=IMPOSTORS[kind])}.**",
        f"{opening} reference its equal error rate is {metrics[f'{group}/eer']:.1%} on "
        f"{metrics[f'{group}/n_identities']:,.0f} identities{_against(floor, metrics, kind)}.",
        *_several(metrics, kind),
    ]
    if gained := gain(metrics, kind):
        sentences.append(gained)
    if rates := rates_at_threshold(metrics, group):
        chosen = "limit" if _is_decided(metrics, kind) else "threshold"
        sentences.append(f"At its {chosen} {outcome(*rates, kind)}{_others(metrics, kind)}.")
    return " ".join(sentences).replace("%", " %")


def _against(floor: StrongestFloor | None, metrics: Metrics, kind: str) -> str:
    plain = ""
    if _is_decided(metrics, kind):
        distance = metrics[f"{metric_names.verification(kind, 1)}/eer"]
        measured = ", as floors are measured," if floor else ""
        plain = f"; by the mean distance alone{measured} it is {distance:.1%}"
    if floor is None:
        return f"{plain}; no floor was measured"
    eer = f"{metrics[floor.key]:.1%}"
    beginning = f"{plain}, and" if plain else ";"
    return f"{beginning} the strongest floor, {floor.name}, has {eer} and {floor.verdict}"


def _several(metrics: Metrics, kind: str) -> list[str]:
    """Returns the decision's EERs with several references, a sentence each."""
    return [
        f"With {count} references it is {metrics[f'{group}/eer']:.1%}."
        for count, group in _decided_by_several(metrics, kind).items()
    ]


def _others(metrics: Metrics, kind: str) -> str:
    """Returns the outcomes of the decision's limits with several references."""
    text = ""
    for count, group in _decided_by_several(metrics, kind).items():
        if rates := rates_at_threshold(metrics, group):
            passed, refused = counts(rates)
            text += f"; with {count} references {passed} and {refused}"
    return text


def _decided_by_several(metrics: Metrics, kind: str) -> dict[int, str]:
    """Returns the groups of the decision with several references, few first."""
    groups = {}
    for name in metrics:
        group = MetricGroup.parse(metric_names.split(name)[0])
        if group is not None and group.protocol == DECISION and group.kind == kind:
            groups[group.references] = str(group)
    return {count: groups[count] for count in sorted(groups) if count > 1}


def _is_decided(metrics: Metrics, kind: str) -> bool:
    return metric_names.decided(metrics, kind, 1) == metric_names.decision(kind, 1)
