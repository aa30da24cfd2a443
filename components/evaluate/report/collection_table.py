"""The table of each collection's error rates, beside those of all together."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.formatting import Metrics, Row, Table, percent, sample_sizes
from components.shared.verification.metric_names import (
    KINDS,
    carried_rate,
    collections_in,
    decided,
    in_collection,
)

TOGETHER = "all together"
NOTE = (
    "Random forgeries are of the claimed identity's collection, together too: another scanner "
    "would give them away. The limits are those that val chose on all collections together."
)


def collection_table(metrics: Metrics, params: EvaluateParams) -> Table:
    """Returns the rates of each collection; no rows where the images come from a single source.

    Args:
        metrics: of the reported part, under the names that those of test have.
        params: of the step.
    """
    rows: list[Row] = []
    names = collections_in(metrics)
    for kind in KINDS:
        for references in (1, params.references):
            for name in names:
                own = {
                    figure.removeprefix(in_collection(name, "")): value
                    for figure, value in metrics.items()
                    if figure.startswith(in_collection(name, ""))
                }
                rows += _rows(name, own, kind, references, params)
            if names:
                rows += _rows(TOGETHER, metrics, kind, references, params)
    head = (
        "impostor",
        "refs",
        "collection",
        "EER % (95 % interval)",
        "FAR %",
        "FRR %",
        "identities",
        "comparisons",
    )
    return Table(f"by collection, on the {params.reported} identities", head, rows, NOTE)


def _rows(
    name: str, metrics: Metrics, kind: str, references: int, params: EvaluateParams
) -> list[Row]:
    group, target = decided(metrics, kind, references), params.target_name
    if f"{group}/eer" not in metrics:
        return []
    rates = [percent(metrics, carried_rate(group, rate, target, target)) for rate in ("far", "frr")]
    eer, sizes = percent(metrics, f"{group}/eer"), sample_sizes(metrics, group)
    return [(kind, str(references), name, eer, *rates, *sizes)]
