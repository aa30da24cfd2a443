"""Tables of several collections: each one's error rates, and what tells them apart."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.formatting import (
    Metrics,
    Row,
    Table,
    number,
    percent,
    sample_sizes,
)
from components.shared.verification.metric_names import (
    COLLECTION_PROBES,
    KINDS,
    carried_rate,
    collection_probe,
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


def told_apart_table(metrics: Metrics) -> Table:
    """Returns how well collections are told apart; no rows where nothing could be probed."""
    rows: list[Row] = []
    for subject, values in COLLECTION_PROBES.items():
        group = collection_probe(subject)
        accuracy = f"{group}/balanced_accuracy"
        if accuracy in metrics:
            sizes = sample_sizes(metrics, group, "n_images")
            chance = f"{metrics[f'{group}/chance']:.3f}"
            rows.append((values, number(metrics, accuracy), chance, *sizes))
    head = ("told by", "balanced accuracy (95 % interval)", "by chance", "identities", "images")
    return Table("Collections told apart by a regression, on other identities", head, rows)


def _rows(
    name: str, metrics: Metrics, kind: str, references: int, params: EvaluateParams
) -> list[Row]:
    group, target = decided(metrics, kind, references), params.target_name
    if f"{group}/eer" not in metrics:
        return []
    rates = [percent(metrics, carried_rate(group, rate, target, target)) for rate in ("far", "frr")]
    eer, sizes = percent(metrics, f"{group}/eer"), sample_sizes(metrics, group)
    return [(kind, str(references), name, eer, *rates, *sizes)]
