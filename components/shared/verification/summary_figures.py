"""summary.json: the few figures by which people compare evaluations, under short names.

With one reference they are named `eer_skilled` and `eer_random`; with several, as
`eer_skilled_5refs`.
"""

import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from components.shared.verification.metric_names import (
    CLLR,
    KINDS,
    VERIFICATION,
    MetricGroup,
    at_threshold,
    criterion,
    decided,
    identified_from,
    split,
)
from components.shared.verification.metrics_file import write_json

SUMMARY = "summary.json"
EER_ON_VAL = "eer_val"


def write(folder: Path, metrics: Mapping[str, float]) -> None:
    """Writes summary.json into `folder`."""
    write_json(folder / SUMMARY, summarise(metrics))


def summarise(metrics: Mapping[str, float]) -> dict[str, float]:
    """Selects the figures that people compare, at most ten, the most important first.

    Args:
        metrics: an evaluation's, by their long names.

    Returns:
        EERs on test by kind of impostor and number of references; `eer_val`, by which settings are
        chosen; FAR and FRR as val decided, and Cllr, with one reference and the harder kind of
        impostor; the share that is identified. Those that were not measured are left out: an
        evaluation of val alone has `eer_val`. All but `eer_val` and the last are the decision
        model's where there is one, else the mean distance's.
    """
    groups = _verifications(metrics)
    singles = [group for group in groups if group.references == 1]
    figures = _eers(metrics, singles)
    on_val = criterion(metrics)
    if math.isfinite(on_val):
        figures[EER_ON_VAL] = on_val
    figures |= _eers(metrics, groups)
    harder = decided(metrics, singles[0].kind, 1) if singles else ""
    for figure in (at_threshold("far"), at_threshold("frr"), CLLR):
        name = f"{harder}/{figure}"
        if name in metrics:
            figures[figure] = metrics[name]
    return figures | dict(_identification(metrics))


def _verifications(metrics: Mapping[str, float]) -> list[MetricGroup]:
    """Returns the groups that have an EER, few references first, skilled before random."""
    groups = []
    for name in metrics:
        prefix, figure = split(name)
        group = MetricGroup.parse(prefix)
        if figure == "eer" and group is not None and group.protocol == VERIFICATION:
            groups.append(group)
    return sorted(groups, key=lambda group: (group.references, KINDS.index(group.kind)))


def _eers(metrics: Mapping[str, float], groups: Sequence[MetricGroup]) -> dict[str, float]:
    rates = {}
    for group in groups:
        suffix = "" if group.references == 1 else f"_{group.references}refs"
        name = f"{decided(metrics, group.kind, group.references)}/eer"
        rates[f"eer_{group.kind}{suffix}"] = metrics[name]
    return rates


def _identification(metrics: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    for name, value in metrics.items():
        group, figure = split(name)
        if figure == "accuracy" and identified_from(group) is not None:
            yield "identification", value
