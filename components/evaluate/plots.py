"""The pictures: ROC, DET and the distances' histograms."""

from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from components.evaluate.curves import curve, label
from components.evaluate.thresholds import Threshold
from components.evaluate.verification import Verification
from components.shared.metrics import crossing

COLOURS = {"genuine": "#2e7d32", "skilled": "#c62828", "random": "#1565c0"}
TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8, 0.95)


def draw(out: Path, test: list[Verification], chosen: list[Threshold], part: str) -> list[Path]:
    """Writes roc.png, det.png and scores.png into `out`; a picture without anything to show is left out."""
    if not test:
        return []
    import matplotlib as mpl

    mpl.use("Agg")
    style = {"font.size": 11, "axes.grid": True, "grid.color": "#e3e3e3", "axes.axisbelow": True}
    with mpl.rc_context(style | {"axes.spines.top": False, "axes.spines.right": False}):
        pictures = {"roc.png": _roc(test, part), "det.png": _det(test, part), "scores.png": _histograms(test, chosen)}
    for name, figure in pictures.items():
        figure.savefig(out / name, dpi=120, metadata={"Software": None})
    return [out / name for name in pictures]


def _roc(test: list[Verification], part: str) -> Any:
    figure, axes = _figure(6.2, 5.6)
    for v in test:
        points = curve(v)
        name = f"{label(v)} (EER {crossing(points).rate:.1%})"
        axes.step(points.far, 1 - points.frr, where="post", label=name, **_line(v))
    axes.plot([0, 1], [1, 0], color="#9e9e9e", linewidth=1, linestyle=":", label="FAR = FRR")
    axes.set(xlabel="false acceptance rate (FAR)", ylabel="true acceptance rate (1 − FRR)")
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), title=f"ROC on the {part} identities", aspect="equal")
    axes.legend(loc="lower right", fontsize=9)
    return figure


def _det(test: list[Verification], part: str) -> Any:
    """Both error rates on normal deviate scales (Martin et al. 1997)."""
    figure, axes = _figure(6.2, 5.6)
    least = TICKS[0]
    deviate = np.vectorize(NormalDist().inv_cdf)
    for v in test:
        points = curve(v)
        seen = (points.far >= least) & (points.frr >= least) & (points.far < 1) & (points.frr < 1)
        axes.plot(deviate(points.far[seen]), deviate(points.frr[seen]), label=label(v), **_line(v))
    ends = deviate(TICKS)
    axes.plot(ends[[0, -1]], ends[[0, -1]], color="#9e9e9e", linewidth=1, linestyle=":", label="FAR = FRR")
    names = [f"{tick * 100:g}" for tick in TICKS]
    axes.set_xticks(ends, names)
    axes.set_yticks(ends, names)
    axes.set(xlabel="FAR, %", ylabel="FRR, %", xlim=ends[[0, -1]], ylim=ends[[0, -1]], aspect="equal")
    axes.set_title(f"DET on the {part} identities")
    axes.legend(loc="upper right", fontsize=9)
    return figure


def _histograms(test: list[Verification], chosen: list[Threshold]) -> Any:
    counts = sorted({v.references for v in test})
    figure, all_axes = _figure(6.2, 3.0 * len(counts) + 0.6, len(counts))
    for axes, references in zip(np.atleast_1d(all_axes), counts, strict=True):
        shown = [v for v in test if v.references == references]
        groups = {"genuine": shown[0].genuine} | {v.kind: v.impostor for v in shown}
        bins = np.linspace(0, max(float(group.distance.max()) for group in groups.values()), 61)
        for kind, group in groups.items():
            look = {"histtype": "stepfilled", "facecolor": (COLOURS[kind], 0.25), "edgecolor": COLOURS[kind]}
            axes.hist(group.distance, bins, density=True, label=kind, linewidth=1.2, **look)
        for t in chosen:
            if t.references == references and t.policy == "equal_error" and t.kind in groups:
                name = f"threshold from val, {t.kind}"
                axes.axvline(t.threshold, color=COLOURS[t.kind], linestyle="--", linewidth=1.5, label=name)
        axes.set(xlabel="distance", ylabel="density", title=f"{references} reference{'s' * (references > 1)}")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside lower center", ncols=3, fontsize=9, frameon=False)
    return figure


def _line(verification: Verification) -> dict[str, Any]:
    style = "-" if verification.references == 1 else "--"
    return {"color": COLOURS[verification.kind], "linestyle": style, "linewidth": 1.8}


def _figure(width: float, height: float, rows: int = 1) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(width, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, 1)
