"""The answer in one sentence, and all figures as plain text."""

from collections.abc import Sequence

from components.evaluate.params import EvaluateParams
from components.evaluate.report.display_tables import Table, tables
from components.evaluate.report.formatting import Metrics, aligned, basis, between, hundredth
from components.shared.verification import metric_names
from components.shared.verification.metric_names import KINDS, VAL, ends, verification


def reported(metrics: Metrics, params: EvaluateParams) -> Metrics:
    """The figures of the part that the report is about, under the names that test's have."""
    if params.reported == "test":
        return metrics
    return {
        name.removeprefix(VAL): value for name, value in metrics.items() if name.startswith(VAL)
    }


def sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """The answer: the single-reference EER on skilled forgeries, or on random ones, and whether
    training helped.

    Args:
        metrics: of the reported part, under the names that test's have.
        params: of the step.
    """
    if "deployed" not in params.protocols:
        return (
            "Without the protocol 'deployed' nothing is said about a threshold chosen beforehand."
        )
    kind = next((k for k in KINDS if f"{verification(k, 1)}/eer" in metrics), None)
    if kind is None:
        return f"The {params.reported} images allow no comparison of one identity with another."
    key, floor = verification(kind, 1), f"{metric_names.floor('untrained', kind)}/eer"
    impostors = "skilled forgeries" if kind == "skilled" else "other identities' images"
    identities, comparisons = basis(metrics, key)
    stands_on = [f"{identities} {params.reported} identities", f"{comparisons} comparisons"]
    within = between(metrics, f"{key}/eer")
    told = (
        f"With one reference, {impostors} are told from genuine images at an equal error rate of "
    )
    told += f"{hundredth(metrics, f'{key}/eer')} % ("
    told += ", ".join([f"95 % interval {within} %"] * bool(within) + stands_on) + ")"
    if floor not in metrics:
        return told + "."
    interval = between(metrics, floor)
    untrained = f"{hundredth(metrics, floor)} %" + (f" ({interval} %)" if interval else "")
    return f"{told}; on the same comparisons the untrained network has {untrained}{_verdict(metrics, floor)}."


def notice(params: EvaluateParams, further: Sequence[str] = ()) -> str:
    """What a reader must know before the figures; empty where there is nothing."""
    told = list(further)
    if params.reported == "val":
        told.append(
            "These are figures of the val identities, on which the checkpoint was chosen; test was not read."
        )
    if params.bootstrap == 0:
        told.append("Intervals are switched off (evaluate.bootstrap: 0).")
    return " ".join(told)


def text(
    metrics: Metrics, params: EvaluateParams, probed: Sequence[str] = (), notice: str = ""
) -> str:
    """The results as aligned plain text.

    Args:
        metrics: by name.
        params: of the step.
        probed: what was probed for shortcuts, line by line; stands below the tables.
        notice: stands first.
    """
    own = reported(metrics, params)
    shown = [_block(table) for table in tables(own, params)]
    blocks = [notice, *shown, "\n".join(probed), sentence(own, params)]
    return "\n\n".join(block for block in blocks if block)


def _block(table: Table) -> str:
    lines = [table.title, aligned([table.head, *table.rows]), table.note]
    return "\n".join(line for line in lines if line)


def _verdict(metrics: Metrics, floor: str) -> str:
    low, high = (metrics.get(end) for end in ends(f"{floor}_difference"))
    if high is None or low is None:
        return ""
    if high < 0:
        return ", and the gain is more than chance"
    return ", and the loss is more than chance" if low > 0 else ", and the difference may be chance"
