"""The results as plain text: summary.txt, and the answer in one sentence."""

from collections.abc import Sequence

from components.evaluate.params import EvaluateParams
from components.evaluate.report.display_tables import Table, protocol_tables
from components.evaluate.report.formatting import (
    Metrics,
    align_columns,
    percent_interval,
    percent_value,
    sample_sizes,
)
from components.shared.verification.metric_names import KINDS, VAL, ends, floor, verification


def reported_metrics(metrics: Metrics, params: EvaluateParams) -> Metrics:
    """Returns the metrics of the reported part, under the names that those of test have."""
    if params.reported == "test":
        return metrics
    on_val = {name: value for name, value in metrics.items() if name.startswith(VAL)}
    return {name.removeprefix(VAL): value for name, value in on_val.items()}


def sentence(metrics: Metrics, params: EvaluateParams) -> str:
    """Returns the answer in one sentence.

    It gives the single-reference EER on skilled forgeries, or else on random ones, and says
    whether training helped.

    Args:
        metrics: of the reported part, under the names that those of test have.
        params: of the step.
    """
    if "deployed" not in params.protocols:
        return (
            "Without the protocol 'deployed' nothing is said about a threshold chosen beforehand."
        )
    kind = next((k for k in KINDS if f"{verification(k, 1)}/eer" in metrics), None)
    if kind is None:
        return f"The {params.reported} images allow no comparison of one identity with another."
    group = verification(kind, 1)
    impostors = "skilled forgeries" if kind == "skilled" else "other identities' images"
    identities, comparisons = sample_sizes(metrics, group)
    interval = percent_interval(metrics, f"{group}/eer")
    facts = [f"95 % interval {interval} %"] if interval else []
    facts += [f"{identities} {params.reported} identities", f"{comparisons} comparisons"]
    answer = (
        f"With one reference, {impostors} are told from genuine images at an equal error rate of "
        f"{percent_value(metrics, f'{group}/eer')} % ({', '.join(facts)})"
    )
    untrained = _against_untrained(metrics, f"{floor('untrained', kind)}/eer")
    return f"{answer}{untrained}."


def notice(params: EvaluateParams, notices: Sequence[str] = ()) -> str:
    """Returns all that must be read before the results; empty where there is nothing.

    Args:
        params: of the step.
        notices: sentences that stand first.
    """
    sentences = list(notices)
    if params.reported == "val":
        sentences.append(
            "These are figures of the val identities, on which the checkpoint was chosen; "
            "test was not read."
        )
    if params.bootstrap == 0:
        sentences.append("Intervals are switched off (evaluate.bootstrap: 0).")
    return " ".join(sentences)


def summary(
    metrics: Metrics, params: EvaluateParams, shortcut_lines: Sequence[str] = (), notice: str = ""
) -> str:
    """Returns the results as text: notice, aligned tables, shortcuts, answer.

    Args:
        metrics: by name.
        params: of the step.
        shortcut_lines: findings of the shortcut probes, a line each.
        notice: all that must be read before the results.
    """
    own = reported_metrics(metrics, params)
    tables = [_table(table) for table in protocol_tables(own, params)]
    blocks = [notice, *tables, "\n".join(shortcut_lines), sentence(own, params)]
    return "\n\n".join(block for block in blocks if block)


def _table(table: Table) -> str:
    lines = [table.title, align_columns([table.head, *table.rows]), table.note]
    return "\n".join(line for line in lines if line)


def _against_untrained(metrics: Metrics, key: str) -> str:
    """Returns the comparison with the untrained network's EER; empty where it was not measured."""
    if key not in metrics:
        return ""
    interval = percent_interval(metrics, key)
    eer = f"{percent_value(metrics, key)} %" + (f" ({interval} %)" if interval else "")
    verdict = _verdict(metrics, key)
    return f"; on the same comparisons the untrained network has {eer}{verdict}"


def _verdict(metrics: Metrics, key: str) -> str:
    low, high = ends(f"{key}_difference")
    if low not in metrics:
        return ""
    if metrics[high] < 0:
        return ", and the gain is more than chance"
    if metrics[low] > 0:
        return ", and the loss is more than chance"
    return ", and the difference may be chance"
