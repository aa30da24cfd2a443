"""The model card's figures: each with its interval and what it stands on."""

from collections.abc import Mapping, Sequence

from components.shared.verification import metric_names
from components.shared.verification.metric_names import (
    FRR_AT_FAR,
    IMPOSTORS,
    PROBES,
    VERIFICATION,
    MetricGroup,
)

Metrics = Mapping[str, float]
EVENTS = ("n_pairs", "n_probes", "n_images")
RATES = {
    "eer": "equal error rate",
    "eer_user": "equal error rate, a threshold for each identity",
    "auc": "area under the ROC",
}
FLOORS = {**metric_names.FLOORS, "best_statistic": "the best single statistic of the image"}
HEADER = ("figure", "value", "95 % interval", "identities", "comparisons or images")


def measured(metrics: Metrics) -> str:
    """Verification and identification, as a table; figures that stand on nothing known are left
    out.
    """
    rows = []
    groups = {metric_names.split(key)[0] for key in metrics if key.startswith(f"{VERIFICATION}/")}
    for group in sorted(groups):
        if (comparisons := MetricGroup.parse(group)) is None:
            continue
        impostors = IMPOSTORS.get(comparisons.kind, comparisons.kind)
        subject = f"{impostors}, {comparisons.references} reference(s)"
        at_far = {
            name: f"false rejections at {far(name)}"
            for name in _leaves(metrics, f"{group}/{FRR_AT_FAR}")
        }
        for leaf, label in {**RATES, **at_far}.items():
            rows += _row(f"{subject}: {label}", f"{group}/{leaf}", group, metrics)
    for key in sorted(metrics):
        group, leaf = metric_names.split(key)
        references = metric_names.identified_from(group)
        if leaf == "accuracy" and references is not None:
            rows += _row(
                f"identification from {references} references: accuracy", key, group, metrics
            )
    return table(HEADER, rows, "The test identities were not measured.")


def floors(metrics: Metrics) -> str:
    """What the same comparisons give without training, and how much better the model is, as a
    table.
    """
    rows = []
    for floor, name in FLOORS.items():
        for kind, impostors in IMPOSTORS.items():
            key, group = (
                f"{metric_names.floor(floor, kind)}/eer",
                metric_names.verification(kind, 1),
            )
            rows += _row(f"{name}, {impostors}: equal error rate", key, group, metrics)
            rows += _row("model − this", f"{key}_difference", group, metrics)
    return table(HEADER, rows, "None was measured.")


def probes(metrics: Metrics) -> str:
    """How well simple statistics tell forged from genuine, as a table."""
    rows = []
    for name, images in PROBES.items():
        group = metric_names.probe(name)
        rows += _row(f"statistics of {images}: AUC", f"{group}/auc", group, metrics)
    return table(HEADER, rows, "Not measured.")


def errors(metrics: Metrics, group: str) -> list[str] | None:
    """FAR and FRR at the threshold that val chose, with intervals, and what they stand on; None if
    not measured.
    """
    keys = [f"{group}/{metric_names.at_threshold(rate)}" for rate in ("far", "frr")]
    rows = [row for key in keys for row in _row("", key, group, metrics)]
    if len(rows) < len(keys):
        return None
    return [*(f"{number} ({interval})" for _, number, interval, *_ in rows), ", ".join(rows[0][3:])]


def far(name: str) -> str:
    """`1 % false acceptances` for `far_1pct`, `frr_at_far_1pct`."""
    return f"{metric_names.far_percent(name)} % false acceptances"


def table(header: Sequence[str], rows: Sequence[Sequence[str]], absent: str) -> str:
    """A table in Markdown, or what is said where there are no rows."""
    if not rows:
        return absent
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows])


def _row(label: str, key: str, group: str, metrics: Metrics) -> list[list[str]]:
    """The figure's row, where it was measured and it is known on how much it stands."""
    events = next((f"{group}/{name}" for name in EVENTS if f"{group}/{name}" in metrics), None)
    identities = metrics.get(f"{group}/n_identities")
    if key not in metrics or events is None or identities is None:
        return []
    counts = [f"{identities:,.0f}", f"{metrics[events]:,.0f}"]
    return [[label, _number(key, metrics[key]), _interval(metrics, key), *counts]]


def _interval(metrics: Metrics, key: str) -> str:
    bounds = [metrics.get(end) for end in metric_names.ends(key)]
    return (
        " to ".join(_number(key, bound) for bound in bounds if bound is not None) or "not computed"
    )


def _number(key: str, value: float) -> str:
    if key.endswith("auc"):
        return f"{value:.3f}"
    sign = "+" if key.endswith("_difference") else ""
    return f"{100 * value:{sign}.1f} {'points' if sign else '%'}".replace("-", "−")


def _leaves(metrics: Metrics, prefix: str) -> list[str]:
    """The last parts of the names that begin so, without the ends of intervals."""
    names = [metric_names.without_end(key) for key in metrics if key.startswith(prefix)]
    return sorted({metric_names.split(name)[1] for name in names})
