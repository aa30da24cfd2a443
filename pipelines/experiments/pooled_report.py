"""What a cross-validation found, for people: a summary, and the ROC of the folds and of their pool."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from components.evaluate.params import EvaluateParams
from components.evaluate.report.display_tables import verification as rates
from components.evaluate.report.formatting import aligned, basis, hundredth, percent
from components.evaluate.report.plots import COLOURS
from components.evaluate.scoring.roc_curves import curve, label
from components.evaluate.scoring.verification import Verification
from components.shared.verification.metric_names import Comparisons
from pipelines.experiments.pooled_folds import Fold, Metrics, Pool, keys

NETWORKS = (
    "Pooled: the comparisons of all folds as one set. Each identity is tested once, by the network of its fold; the "
    "distances of\ndifferent networks need not be on one scale."
)


def summarise(folds: Sequence[Fold], pool: Pool, metrics: Metrics, params: EvaluateParams) -> str:
    """A line a fold, mean ± sd, the pooled figures with interval and n, and the answer in one
    sentence.
    """
    pooled = rates(metrics, params)
    lines = [
        "EER % of the folds, 95 % intervals over their identities",
        aligned(_rows(folds, metrics)),
        "",
        NETWORKS,
        aligned([pooled.head, *pooled.rows]),
        *(
            f"{_named(key)}: not pooled, for a fold kept only a part of its comparisons"
            for key in pool.thinned
        ),
    ]
    if pool.together:
        lines += ["", _sentence(pool.together[0], len(folds), metrics)]
    return "\n".join(lines)


def draw(pool: Pool, metrics: Metrics, out: Path) -> None:
    """Writes the ROC, a panel for each number of references: the folds thin, their pool thick."""
    from matplotlib import rc_context
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    several = sorted({v.references for v in pool.together})
    with rc_context(
        {"font.size": 11, "axes.grid": True, "grid.color": "#e3e3e3", "axes.axisbelow": True}
    ):
        figure = Figure(figsize=(5.8 * len(several), 5.8), layout="constrained")
        FigureCanvasAgg(figure)
        for axes, references in zip(
            figure.subplots(1, len(several), squeeze=False)[0], several, strict=True
        ):
            _panel(
                axes, [v for v in pool.together if v.references == references], pool.folds, metrics
            )
        figure.savefig(out, dpi=120, metadata={"Software": None})


def _panel(
    axes: Any, together: list[Verification], folds: list[dict[str, Verification]], metrics: Metrics
) -> None:
    for pooled in together:
        for fold in folds:
            if pooled.key in fold:
                _line(axes, fold[pooled.key], linewidth=0.8, alpha=0.6)
        name = f"{label(pooled)}: pooled EER {percent(metrics, f'{pooled.key}/eer')} %"
        _line(axes, pooled, linewidth=2.4, label=name)
    axes.plot([0, 1], [1, 0], color="#9e9e9e", linewidth=1, linestyle=":", label="FAR = FRR")
    axes.set(xlabel="false acceptance rate (FAR)", ylabel="true acceptance rate (1 − FRR)")
    axes.set(
        xlim=(-0.01, 1),
        ylim=(0, 1.01),
        title=f"ROC of {len(folds)} folds and their pool",
        aspect="equal",
    )
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="lower right", fontsize=9)


def _line(axes: Any, verification: Verification, **look: Any) -> None:
    points = curve(verification)
    axes.step(points.far, 1 - points.frr, where="post", color=COLOURS[verification.kind], **look)


def _rows(folds: Sequence[Fold], metrics: Metrics) -> list[list[str]]:
    measured = keys(folds)
    return [
        ["fold", "identities", *map(_named, measured)],
        *(
            [
                str(number),
                str(fold.scores["identity"].nunique()),
                *(percent(fold.metrics, f"{key}/eer") or "–" for key in measured),
            ]
            for number, fold in enumerate(folds)
        ),
        ["mean ± sd", "", *(_mean(metrics, key) for key in measured)],
    ]


def _sentence(verification: Verification, folds: int, metrics: Metrics) -> str:
    identities, comparisons = basis(metrics, verification.key)
    return (
        f"{label(verification).capitalize()}: pooled equal error rate {percent(metrics, f'{verification.key}/eer')} %, "
        f"{identities} identities, {comparisons} comparisons; {_mean(metrics, verification.key)} % over {folds} folds."
    )


def _named(key: str) -> str:
    """`skilled, 5 refs` for `verification/skilled/refs_5`."""
    comparisons = Comparisons.parse(key)
    if comparisons is None:
        raise ValueError(f"{key} is no group of verification")
    return f"{comparisons.kind}, {comparisons.references} ref{'' if comparisons.references == 1 else 's'}"


def _mean(metrics: Metrics, key: str) -> str:
    mean, deviation = (hundredth(metrics, f"{key}/eer_{what}") for what in ("mean", "sd"))
    return f"{mean} ± {deviation}" if deviation else mean
