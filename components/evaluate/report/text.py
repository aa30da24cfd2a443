"""The results as plain text: summary.txt."""

from collections.abc import Sequence

from components.evaluate.params import EvaluateParams
from components.evaluate.report.display_tables import protocol_tables
from components.evaluate.report.formatting import Metrics, Table, align_columns
from components.shared.data.image_store import REJECTED
from components.shared.data.rejections import count_reasons, in_words
from components.shared.verification.metric_names import VAL


def reported_metrics(metrics: Metrics, params: EvaluateParams) -> Metrics:
    """Returns the metrics of the reported part, under the names that those of test have."""
    if params.reported == "test":
        return metrics
    on_val = {name: value for name, value in metrics.items() if name.startswith(VAL)}
    return {name.removeprefix(VAL): value for name, value in on_val.items()}


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
    return " ".join(sentences)


def rejection_notice(rejected: Sequence[str], images: int) -> list[str]:
    """Returns a sentence on the images that were rejected, where there are any.

    Args:
        rejected: the reason of each image that cannot be used.
        images: number of all images, those among them.
    """
    if not rejected:
        return []
    return [
        f"{len(rejected):,} of {images:,} images cannot be used, and are in no comparison (failure "
        f"to acquire, {len(rejected) / images:.2%}: {in_words(count_reasons(rejected))}): "
        f"{REJECTED} names them."
    ]


def summary(
    metrics: Metrics,
    params: EvaluateParams,
    answer: Sequence[str],
    shortcut_lines: Sequence[str] = (),
    notice: str = "",
) -> str:
    """Returns the results as text: notice, aligned tables, shortcuts, answer.

    Args:
        metrics: by name.
        params: of the step.
        answer: sentences.
        shortcut_lines: findings of the shortcut probes, a line each.
        notice: all that must be read before the results.
    """
    own = reported_metrics(metrics, params)
    tables = [_table(table) for table in protocol_tables(own, params)]
    blocks = [notice, *tables, "\n".join(shortcut_lines), "\n".join(answer)]
    return "\n\n".join(block for block in blocks if block)


def _table(table: Table) -> str:
    lines = [table.title, align_columns([table.head, *table.rows]), table.note]
    return "\n".join(line for line in lines if line)
