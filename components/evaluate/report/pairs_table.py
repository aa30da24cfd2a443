"""The table of published lists of comparisons."""

from components.evaluate.params import EvaluateParams
from components.evaluate.report.formatting import Metrics, Row, Table, percent, sample_sizes
from components.shared.verification.metric_names import at_threshold, in_list, lists_in

NOTE = (
    "Accuracy: mean over the list's folds ± standard error, each with the threshold of the mean "
    "distance that is best on the other folds. EER with a threshold chosen on the list itself. FAR "
    "and FRR at the limit that val chose."
)


def pairs_table(metrics: Metrics, _: EvaluateParams) -> Table:
    """Returns the figures of each list; no rows where there is none.

    Args:
        metrics: of the reported part, under the names that those of test have.
    """
    rows: list[Row] = []
    for name in lists_in(metrics):
        if in_list(name, "eer") in metrics:
            figures = ("eer", "decision_eer", at_threshold("far"), at_threshold("frr"))
            rates = [percent(metrics, in_list(name, figure)) for figure in figures]
            sizes = sample_sizes(metrics, in_list(name, "n_pairs").removesuffix("/n_pairs"))
            rows.append((name, _accuracy(metrics, name), *rates, *sizes))
    head = (
        "list",
        "accuracy %",
        "EER % (95 % interval)",
        "by the decision",
        "FAR %",
        "FRR %",
        "identities",
        "comparisons",
    )
    return Table("published lists of comparisons", head, rows, NOTE)


def _accuracy(metrics: Metrics, name: str) -> str:
    """Returns the mean accuracy and its standard error, `99.38 ± 0.13`; empty without folds."""
    key = in_list(name, "accuracy")
    if key not in metrics:
        return ""
    return f"{100 * metrics[key]:.2f} ± {100 * metrics[f'{key}_se']:.2f}"
