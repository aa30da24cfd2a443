"""The tables of a model card: figures with their intervals and the numbers behind them."""

from collections.abc import Mapping, Sequence

from components.shared.data.part_sizes import counted
from components.shared.verification import metric_names
from components.shared.verification.identification_rates import FNIR, FPIR, measured_sizes
from components.shared.verification.metric_names import (
    CLLR,
    CLLR_MIN,
    DECISION,
    EER_GAIN,
    FRR_AT_FAR,
    IMPOSTORS,
    PROBES,
    VERIFICATION,
    MetricGroup,
)
from components.shared.verification.threshold import Threshold

Metrics = Mapping[str, float]
PROTOCOLS = (f"{DECISION}/", f"{VERIFICATION}/")
EVENTS = ("n_pairs", "n_probes", "n_images")
RATES = {
    "eer": "equal error rate",
    "eer_user": "equal error rate, a threshold for each identity",
    "auc": "area under the ROC",
    EER_GAIN: "equal error rate of the mean distance − this",
    CLLR: "cost of the likelihood ratios, Cllr",
    CLLR_MIN: "least Cllr of any calibration",
}
SEARCHES = {
    metric_names.at_threshold(FPIR): "strangers who are given somebody (FPIR), at the limit",
    metric_names.at_threshold(FNIR): "enrolled people who are not found (FNIR), at the limit",
}
COLLECTION_RATES = {
    "eer": "equal error rate",
    metric_names.at_threshold("far"): "false acceptances at the limit",
    metric_names.at_threshold("frr"): "false rejections at the limit",
}
BASELINES = {
    **metric_names.BASELINES,
    "best_statistic": "the best single statistic of the image",
    "statistics": "a regression on simple statistics of the image",
}
HEADER = ("figure", "value", "95 % interval", "identities", "comparisons or images")


def performance(metrics: Metrics) -> str:
    """Tabulates verification, searches and identification; figures without counts are left out."""
    rows = []
    groups = {metric_names.split(key)[0] for key in metrics if key.startswith(PROTOCOLS)}
    for group in sorted(groups):
        parsed = MetricGroup.parse(group)
        if parsed is None:
            continue
        impostors = IMPOSTORS.get(parsed.kind, parsed.kind)
        subject = f"{impostors}, {_given(parsed.references)}"
        if parsed.protocol == DECISION:
            subject = f"decision, {subject}"
        labels = dict(RATES)
        for name in _leaves(metrics, f"{group}/{FRR_AT_FAR}"):
            labels[name] = f"false rejections at {false_acceptances(name)}"
        for leaf, label in labels.items():
            rows += _row(f"{subject}: {label}", f"{group}/{leaf}", group, metrics)
    for searched in measured_sizes(metrics):
        among = f"search among {searched.gallery_size:,} people, {_given(searched.references)}"
        for figure, label in SEARCHES.items():
            rows += _row(f"{among}: {label}", f"{searched.group}/{figure}", searched.group, metrics)
    for key in sorted(metrics):
        group, leaf = metric_names.split(key)
        references = metric_names.identified_from(group)
        if leaf == "accuracy" and references is not None:
            label = f"identification from {_given(references)}: accuracy"
            rows += _row(label, key, group, metrics)
    return markdown(HEADER, rows, "The test identities were not measured.")


def collections(metrics: Metrics) -> str:
    """Tabulates the error rates of each collection by itself; empty where there is one source."""
    rows = []
    for name in metric_names.collections_in(metrics):
        for kind, impostors in IMPOSTORS.items():
            for group in _groups_of(metrics, name, kind):
                references = int(group.rpartition("_")[2])
                subject = f"{name}: {impostors}, {_given(references)}"
                for figure, label in COLLECTION_RATES.items():
                    rows += _row(f"{subject}: {label}", f"{group}/{figure}", group, metrics)
    return markdown(HEADER, rows, "")


def disguised(metrics: Metrics, target: str) -> str:
    """Tabulates what becomes of disguised signatures; empty where none were measured.

    Args:
        metrics: those of test.
        target: the policy of `evaluate.target`.
    """
    rows = []
    for references in metric_names.disguised_references(metrics):
        group = metric_names.disguised(references)
        for policy in dict.fromkeys((target, *metric_names.other_policies(metrics))):
            for outcome in ("accepted", "rejected", "reviewed"):
                name = metric_names.carried_rate(group, outcome, policy, target)
                label = f"disguised signatures, {_given(references)}, {policy}: {outcome}"
                rows += _row(label, name, group, metrics)
    return markdown(HEADER, rows, "")


def _given(references: int) -> str:
    return counted(references, "reference", "references")


def _groups_of(metrics: Metrics, collection: str, kind: str) -> list[str]:
    prefix = metric_names.in_collection(collection, "")
    groups = {metric_names.split(name)[0] for name in metrics if name.startswith(prefix)}
    return sorted(group for group in groups if f"/{kind}/" in group)


def floors(metrics: Metrics) -> str:
    """Tabulates the equal error rates of floors and start, and the differences of the model's."""
    rows = []
    for floor, name in BASELINES.items():
        for kind, impostors in IMPOSTORS.items():
            key = f"{metric_names.floor(floor, kind)}/eer"
            group = metric_names.verification(kind, 1)
            rows += _row(f"{name}, {impostors}: equal error rate", key, group, metrics)
            rows += _row("model − this", f"{key}_difference", group, metrics)
    return markdown(HEADER, rows, "None was measured.")


def shortcut_probes(metrics: Metrics) -> str:
    """Tabulates the AUC of simple statistics that tell forged from genuine."""
    rows = []
    for name, images in PROBES.items():
        group = metric_names.probe(name)
        rows += _row(f"statistics of {images}: AUC", f"{group}/auc", group, metrics)
    return markdown(HEADER, rows, "Not measured.")


def carried_rates(metrics: Metrics, threshold: Threshold, target: str) -> list[str] | None:
    """Returns the cells FAR, FRR (of identification: DIR) and counts; None if not measured.

    Args:
        metrics: those of test.
        threshold: the one that val chose.
        target: the policy of `evaluate.target`.
    """
    verified = threshold.kind in metric_names.KINDS
    if verified:
        group = metric_names.verification(threshold.kind, threshold.references)
    else:
        group = metric_names.open_set(threshold.references)
    rates = ("far", "frr" if verified else "dir")
    return rate_cells(metrics, group, rates, threshold.policy, target)


def rate_cells(
    metrics: Metrics, group: str, rates: Sequence[str], policy: str, target: str
) -> list[str] | None:
    """Returns the cells of carried rates and, last, of counts; None if not measured.

    Args:
        metrics: those of test.
        group: of the rates.
        rates: their names: far, frr, dir, …
        policy: the one that val chose for.
        target: the policy of `evaluate.target`.
    """
    cells: list[str] = []
    counts = ""
    for rate in rates:
        name = metric_names.carried_rate(group, rate, policy, target)
        rows = _row("", name, group, metrics)
        if not rows:
            return None
        _, number, interval, *numbers = rows[0]
        label = "DIR " if rate == "dir" else ""
        cells.append(f"{label}{number} ({interval})")
        counts = ", ".join(numbers)
    return [*cells, counts]


def false_acceptances(name: str) -> str:
    """Returns `1 % false acceptances` for `far_1pct` or `frr_at_far_1pct`."""
    return f"{metric_names.far_percent(name)} % false acceptances"


def markdown(header: Sequence[str], rows: Sequence[Sequence[str]], absent: str) -> str:
    """Formats a table in Markdown; returns `absent` if there are no rows."""
    if not rows:
        return absent
    return "\n".join(f"| {' | '.join(row)} |" for row in [header, ["---"] * len(header), *rows])


def _row(label: str, key: str, group: str, metrics: Metrics) -> list[list[str]]:
    """Returns a figure's row, or no row if it or its counts were not measured."""
    events = next((f"{group}/{name}" for name in EVENTS if f"{group}/{name}" in metrics), None)
    identities = metrics.get(f"{group}/n_identities")
    if key not in metrics or events is None or identities is None:
        return []
    counts = [f"{identities:,.0f}", f"{metrics[events]:,.0f}"]
    return [[label, _number(key, metrics[key]), _interval(metrics, key), *counts]]


def _interval(metrics: Metrics, key: str) -> str:
    ends = metric_names.ends(key)
    bounds = [_number(key, metrics[end]) for end in ends if end in metrics]
    return " to ".join(bounds) or "not computed"


def _number(key: str, value: float) -> str:
    if key.endswith("auc"):
        return f"{value:.3f}"
    if CLLR in key:
        return f"{value:.3f} bits"
    if key.endswith(("_difference", EER_GAIN)):
        return f"{100 * value:+.1f} points".replace("-", "−")
    return f"{100 * value:.1f} %".replace("-", "−")


def _leaves(metrics: Metrics, prefix: str) -> list[str]:
    """Returns the last parts of the names with a prefix, without the ends of intervals."""
    names = [metric_names.without_end(key) for key in metrics if key.startswith(prefix)]
    return sorted({metric_names.split(name)[1] for name in names})
