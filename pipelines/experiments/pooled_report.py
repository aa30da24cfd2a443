"""Report of a cross-validation: a summary in text, and the ROC of the folds and of their pool."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.evaluate.params import EvaluateParams
from components.evaluate.report.decision_tables import evidence_table
from components.evaluate.report.display_tables import verification_table
from components.evaluate.report.formatting import (
    align_columns,
    percent,
    percent_value,
    sample_sizes,
)
from components.evaluate.report.plot_style import COLOURS
from components.evaluate.scoring.roc_curves import curve, label
from components.evaluate.scoring.verification import Verification
from components.shared.verification.metric_names import BASELINES, KINDS, MetricGroup, floor
from pipelines.experiments.pooled_folds import Fold, Metrics, Pool, keys

NETWORKS = (
    "Pooled: the comparisons of all folds as one set. Each identity is tested once, by the network "
    "of its fold; the distances of\ndifferent networks need not be on one scale."
)
FLOORS = "What it must beat, with one reference: mean ± sd over the folds, not pooled"
BY_EVIDENCE = (
    "By the evidence of the decision that the val identities of each fold gave: calibrated, so on "
    "one scale."
)


def summarise(folds: Sequence[Fold], pool: Pool, metrics: Metrics, params: EvaluateParams) -> str:
    """Returns the summary: a line for each fold, mean ± sd, the pooled figures with interval and n,
    the floors, and the first figure in one sentence.
    """
    pooled = verification_table(metrics, params)
    lines = [
        "EER % of the folds, 95 % intervals over their identities",
        align_columns(_rows(folds, metrics)),
        "",
        NETWORKS,
        align_columns([pooled.head, *pooled.rows]),
    ]
    if pool.decided:
        decided = evidence_table(metrics, params)
        lines += ["", BY_EVIDENCE, align_columns([decided.head, *decided.rows])]
    for key in pool.incomplete:
        reason = "not pooled, for a fold kept only a part of its comparisons"
        lines.append(f"{_short_label(key)}: {reason}")
    if floors := _floor_rows(metrics):
        head = ["impostor", "floor", "EER %", "model − this, points"]
        lines += ["", FLOORS, align_columns([head, *floors], left=2)]
    if pool.pooled:
        lines += ["", _sentence(pool.pooled[0], len(folds), metrics)]
    return "\n".join(lines)


def draw(pool: Pool, metrics: Metrics, out: Path) -> None:
    """Draws the ROC into a PNG, a panel for each number of references: the folds thin, their pool
    thick.
    """
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    panels = sorted({verification.references for verification in pool.pooled})
    style = {"font.size": 11, "axes.grid": True, "grid.color": "#e3e3e3", "axes.axisbelow": True}
    with rc_context(style):
        figure = Figure(figsize=(5.8 * len(panels), 5.8), layout="constrained")
        FigureCanvasAgg(figure)
        row = figure.subplots(1, len(panels), squeeze=False)[0]
        for axes, references in zip(row, panels, strict=True):
            pooled = [v for v in pool.pooled if v.references == references]
            plot_pool(axes, pooled, pool.folds, metrics)
        figure.savefig(out, dpi=120, metadata={"Software": None})


def plot_pool(
    axes: Any, pooled: list[Verification], folds: list[dict[str, Verification]], metrics: Metrics
) -> None:
    """Plots 1 − FRR over FAR in per cent, of the pool and, thinner, of its folds."""
    for verification in pooled:
        key = verification.key
        for fold in folds:
            if key in fold:
                _line(axes, fold[key], linewidth=0.8, alpha=0.6)
        name = f"{label(verification)}: pooled EER {percent(metrics, f'{key}/eer')} %"
        _line(axes, verification, linewidth=2.4, label=name)
    axes.plot([0, 100], [100, 0], color="#9e9e9e", linewidth=1, linestyle=":", label="FAR = FRR")
    axes.set(xlabel="false acceptance rate (FAR), %", ylabel="true acceptance rate (1 − FRR), %")
    axes.set(
        xlim=(-1, 100),
        ylim=(0, 101),
        title=f"ROC of {len(folds)} folds and their pool",
        aspect="equal",
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", fontsize=9)


def _line(axes: Any, verification: Verification, **style: Any) -> None:
    points = curve(verification)
    accepted, colour = 100 * (1 - points.frr), COLOURS[verification.kind]
    axes.step(100 * points.far, accepted, where="post", color=colour, **style)


def _rows(folds: Sequence[Fold], metrics: Metrics) -> list[list[str]]:
    columns = keys(folds)
    rows = [["fold", "identities", *map(_short_label, columns)]]
    for number, fold in enumerate(folds):
        rates = [percent(fold.metrics, f"{key}/eer") or "–" for key in columns]
        rows.append([str(number), str(fold.scores["identity"].nunique()), *rates])
    rows.append(["mean ± sd", "", *(_mean_and_sd(metrics, key) for key in columns)])
    return rows


def _floor_rows(metrics: Metrics) -> list[list[str]]:
    rows = []
    for kind in KINDS:
        for name, words in BASELINES.items():
            group = floor(name, kind)
            if f"{group}/eer_mean" in metrics:
                difference = _mean_and_sd(metrics, group, "eer_difference").replace("-", "−")
                rows.append([kind, words, _mean_and_sd(metrics, group), difference])
    return rows


def _sentence(verification: Verification, folds: int, metrics: Metrics) -> str:
    key = verification.key
    identities, comparisons = sample_sizes(metrics, key)
    return (
        f"{label(verification).capitalize()}: "
        f"pooled equal error rate {percent(metrics, f'{key}/eer')} %, "
        f"{identities} identities, {comparisons} comparisons; "
        f"{_mean_and_sd(metrics, key)} % over {folds} folds."
    )


def _short_label(key: str) -> str:
    """Returns `skilled, 5 refs` for `verification/skilled/refs_5`."""
    comparisons = MetricGroup.parse(key)
    if comparisons is None:
        raise ValueError(f"{key} is no group of verification")
    plural = "" if comparisons.references == 1 else "s"
    return f"{comparisons.kind}, {comparisons.references} ref{plural}"


def _mean_and_sd(metrics: Metrics, key: str, figure: str = "eer") -> str:
    mean = percent_value(metrics, f"{key}/{figure}_mean")
    deviation = percent_value(metrics, f"{key}/{figure}_sd")
    return f"{mean} ± {deviation}" if deviation else mean
