"""The tables that people read, in words: every figure with its interval and what it stands on."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.reference_count import COUNTS, FUSIONS
from components.evaluate.report.formatting import Metrics, basis, number, percent, signed
from components.shared.verification import metric_names
from components.shared.verification.metric_names import (
    FLOORS,
    KINDS,
    Comparisons,
    at_far,
    at_threshold,
)

BASIS = ("identities", "comparisons")
LEFT_ALONE = "chosen without a look at test: what a user of this threshold would meet"
PROBES = ("identities", "probes")


class Table(NamedTuple):
    """Cells as text; those that are not known are empty."""

    title: str
    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]
    note: str = ""


def tables(metrics: Metrics, params: EvaluateParams) -> list[Table]:
    """What was measured, protocol by protocol; tables without rows are left out.

    Args:
        metrics: of the reported part, under the names that test's have.
        params: of the step.
    """
    every = (make(metrics, params) for protocol in params.protocols for make in PROTOCOLS[protocol])
    return [table for table in every if table.rows]


def target(params: EvaluateParams) -> str:
    """What thresholds are chosen for, in words."""
    return "equal error" if params.target == "equal_error" else f"FAR ≤ {params.target * 100:g} %"


def verification(metrics: Metrics, params: EvaluateParams) -> Table:
    """The rates of each kind of impostor, with one reference and with several."""
    found = [(k, n, metric_names.verification(k, n)) for k in KINDS for n in (1, params.references)]
    rows = [
        (kind, str(count), *_rates(metrics, key, params))
        for kind, count, key in found
        if f"{key}/eer" in metrics
    ]
    return Table(
        f"verification of the {params.reported} identities",
        ("impostor", "refs", *_rates_head(params)),
        rows,
    )


def _carried(metrics: Metrics, params: EvaluateParams) -> Table:
    rows = []
    for kind in KINDS:
        for count in (1, params.references):
            key = metric_names.verification(kind, count)
            if f"{key}/{at_threshold('far')}" in metrics:
                far = percent(metrics, f"{key}/{at_threshold('far')}")
                frr = percent(metrics, f"{key}/{at_threshold('frr')}")
                rows.append((kind, str(count), far, frr, *basis(metrics, key)))
    title = f"at the threshold that val chose for {target(params)}"
    return Table(
        title, ("impostor", "refs", "FAR % (95 % interval)", "FRR %", *BASIS), rows, LEFT_ALONE
    )


def _floors(metrics: Metrics, _: EvaluateParams) -> Table:
    rows = []
    for kind in KINDS:
        for floor, name in FLOORS.items():
            key = metric_names.floor(floor, kind)
            if f"{key}/eer" in metrics:
                gain = signed(metrics, f"{key}/eer_difference")
                rows.append(
                    (kind, name, percent(metrics, f"{key}/eer"), gain, *basis(metrics, key))
                )
    head = (
        "impostor",
        "without training",
        "EER % (95 % interval)",
        "trained − this, points",
        *BASIS,
    )
    return Table("what it must beat, with one reference", head, rows)


def _accuracy(metrics: Metrics, params: EvaluateParams) -> Table:
    key = metric_names.identification(params.references)
    rows = []
    if f"{key}/accuracy" in metrics:
        rows = [(percent(metrics, f"{key}/accuracy"), *basis(metrics, key, "n_probes"))]
    title = f"identification, {params.references} references"
    return Table(title, ("right at rank 1, % (95 % interval)", *PROBES), rows)


def _field(metrics: Metrics, params: EvaluateParams) -> Table:
    key = str(Comparisons("skilled", 1, "field"))
    rows = [("skilled", *_rates(metrics, key, params))] if f"{key}/eer" in metrics else []
    title = (
        f"for comparison with papers; its threshold is chosen on the {params.reported} set itself"
    )
    return Table(title, ("impostor", *_rates_head(params)), rows)


def _references(metrics: Metrics, _: EvaluateParams) -> Table:
    rows = []
    for kind in KINDS:
        for count in COUNTS:
            for fusion in (
                FUSIONS if count > 1 else ["mean"]
            ):  # of one distance, all of them make the same
                key = str(Comparisons(kind, count, "references", fusion))
                if f"{key}/eer" in metrics:
                    eers = (percent(metrics, f"{key}/{name}") for name in ("eer", "eer_user"))
                    rows.append(
                        (
                            kind,
                            str(count),
                            fusion if count > 1 else "–",
                            *eers,
                            *basis(metrics, key),
                        )
                    )
    head = ("impostor", "refs", "fused by", "EER % (95 % interval)", "EER/id %", *BASIS)
    return Table("by number of references", head, rows)


def _closed_set(metrics: Metrics, params: EvaluateParams) -> Table:
    key = metric_names.identification(params.references)
    rows = [
        (str(rank), percent(metrics, f"{key}/rank_{rank}"), *basis(metrics, key, "n_probes"))
        for rank in (1, 5, 10)
        if f"{key}/rank_{rank}" in metrics
    ]
    title = f"identification among all, {params.references} references"
    return Table(title, ("rank", "right until there, % (95 % interval)", *PROBES), rows)


def _open_set(metrics: Metrics, params: EvaluateParams) -> Table:
    key = metric_names.open_set(params.references)
    rows: list[tuple[str, ...]] = []
    note = ""
    if f"{key}/n_probes" in metrics:
        alone = percent(metrics, f"{key}/{at_far('dir', params.far)}")
        rows = [("the largest distance alone, set here", f"≤ {params.far * 100:g}", alone)]
        far = percent(metrics, f"{key}/{at_threshold('far')}")
        dir_ = percent(metrics, f"{key}/{at_threshold('dir')}")
        if far:
            rows.append((f"distance and gap that val chose for {target(params)}", far, dir_))
        elif params.reported == "test":
            note = (
                "no reject rule was chosen on val: its identities are too few, "
                "or this protocol was not asked for there"
            )
        counts = (*basis(metrics, key, "n_probes"), f"{metrics[f'{key}/n_stranger_probes']:,.0f}")
        rows = [(*row, *counts) for row in rows]
    head = (
        "rejecting by",
        "strangers accepted, % (95 % interval)",
        "recognised, %",
        *PROBES,
        "of strangers",
    )
    title = f"identification with strangers, half of the identities, {params.references} references"
    return Table(title, head, rows, note)


def _rates(metrics: Metrics, key: str, params: EvaluateParams) -> tuple[str, ...]:
    eer, user, frr = (
        percent(metrics, f"{key}/{name}") for name in ("eer", "eer_user", at_far("frr", params.far))
    )
    return eer, user, number(metrics, f"{key}/auc"), frr, *basis(metrics, key)


def _rates_head(params: EvaluateParams) -> tuple[str, ...]:
    return "EER % (95 % interval)", "EER/id %", "AUC", f"FRR@FAR {params.far * 100:g} %", *BASIS


PROTOCOLS: dict[str, tuple[Callable[[Metrics, EvaluateParams], Table], ...]] = {
    "deployed": (verification, _carried, _floors, _accuracy),
    "field": (_field,),
    "references": (_references,),
    "identification": (_closed_set, _open_set),
}
