"""The pictures: ROC and DET with their bands, the distances' histograms, and the identities' own
error rates.
"""

from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np

from components.evaluate.params import EvaluateParams
from components.evaluate.scoring.curve_bands import Band, band
from components.evaluate.scoring.roc_curves import curve, label
from components.evaluate.scoring.verification import Verification, user_eers
from components.shared.verification.threshold import Threshold, lookup

COLOURS = {
    "genuine": "#009e73",
    "skilled": "#d55e00",
    "random": "#0072b2",
}  # Okabe & Ito: for all eyes
TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
WIDTH = 4.8
STYLE = {
    "font.size": 10.5,
    "axes.grid": True,
    "grid.color": "#e3e3e3",
    "axes.axisbelow": True,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11.5,
}

deviate = np.vectorize(NormalDist().inv_cdf, otypes=[float])


def draw(
    out: Path, found: list[Verification], chosen: list[Threshold], params: EvaluateParams
) -> list[Path]:
    """Writes roc.png, det.png, scores.png and identities.png into `out`; one without anything to
    show is left out.
    """
    if not found:
        return []
    import matplotlib as mpl

    mpl.use("Agg")
    bands = [band(v, params.resampling) for v in found]
    with mpl.rc_context(STYLE):
        pictures = {
            "roc.png": _roc(found, bands, params.reported),
            "det.png": _det(found, bands, params.reported),
            "scores.png": _histograms(found, chosen, params),
            "identities.png": _identities([v for v in found if v.references == 1], params.reported),
        }
    drawn = {name: figure for name, figure in pictures.items() if figure is not None}
    for name, figure in drawn.items():
        figure.savefig(out / name, dpi=200, metadata={"Software": None})
    return [out / name for name in drawn]


def _roc(found: list[Verification], bands: list[Band | None], part: str) -> Any:
    figure, axes = _figure(5.4)
    for v, around in zip(found, bands, strict=True):
        points = curve(v)
        axes.step(points.far, 1 - points.frr, where="post", label=label(v), **_line(v))
        if around:
            axes.fill_between(around.far, 1 - around.high, 1 - around.low, **_shade(v))
    axes.plot([0, 1], [1, 0], color="#757575", linewidth=1, linestyle=":", label="FAR = FRR")
    axes.set(xlabel="false acceptance rate (FAR)", ylabel="true acceptance rate (1 − FRR)")
    axes.set(xlim=(-0.01, 1), ylim=(0, 1.01), title=f"ROC, {part} identities", aspect="equal")
    return _with_legend(figure, axes, 1)


def _det(found: list[Verification], bands: list[Band | None], part: str) -> Any:
    """Both error rates on normal deviate scales (Martin et al. 1997)."""
    figure, axes = _figure(5.4)
    least, most = TICKS[0], TICKS[-1]
    for v, around in zip(found, bands, strict=True):
        points = curve(v)
        seen = (points.far >= least) & (points.frr >= least) & (points.far < 1) & (points.frr < 1)
        axes.plot(deviate(points.far[seen]), deviate(points.frr[seen]), label=label(v), **_line(v))
        if around:
            shown = (around.far >= least) & (around.far <= most)
            ends = [
                deviate(np.clip(end[shown], least / 2, 1 - least / 2))
                for end in (around.low, around.high)
            ]
            axes.fill_between(deviate(around.far[shown]), *ends, **_shade(v))
    ends = deviate(TICKS)
    axes.plot(
        ends[[0, -1]], ends[[0, -1]], color="#757575", linewidth=1, linestyle=":", label="FAR = FRR"
    )
    names = [f"{tick * 100:g}" for tick in TICKS]
    axes.set_xticks(ends, names)
    axes.set_yticks(ends, names)
    axes.set(
        xlabel="FAR, %", ylabel="FRR, %", xlim=ends[[0, -1]], ylim=ends[[0, -1]], aspect="equal"
    )
    axes.set_title(f"DET, {part} identities")
    return _with_legend(figure, axes, 1)


def _histograms(found: list[Verification], chosen: list[Threshold], params: EvaluateParams) -> Any:
    counts = sorted({v.references for v in found})
    figure, all_axes = _figure(2.6 * len(counts) + 0.8, len(counts))
    for axes, references in zip(np.atleast_1d(all_axes), counts, strict=True):
        shown = [v for v in found if v.references == references]
        groups = {"genuine": shown[0].genuine} | {v.kind: v.impostor for v in shown}
        bins = np.linspace(0, max(float(group.distance.max()) for group in groups.values()), 61)
        for kind, group in groups.items():
            look = {
                "histtype": "stepfilled",
                "facecolor": (COLOURS[kind], 0.25),
                "edgecolor": COLOURS[kind],
            }
            axes.hist(group.distance, bins, density=True, label=kind, linewidth=1.2, **look)
        for kind in groups:
            if t := lookup(chosen, kind, references, params.target_name):
                name = f"threshold, {kind}"
                axes.axvline(
                    t.threshold, color=COLOURS[kind], linestyle="--", linewidth=1.5, label=name
                )
        axes.set(
            xlabel="distance",
            ylabel="density",
            title=f"{references} reference{'s' * (references > 1)}",
        )
    return _with_legend(figure, axes, 3)


def _identities(single: list[Verification], part: str) -> Any:
    """One dot an identity, its EER with a threshold of its own; both kinds in the order of the
    first.
    """
    eers = {v.kind: user_eers(v) for v in single}
    first = next((users for users in eers.values() if users), None)
    if first is None:
        return None
    figure, axes = _figure(3.6)
    order = sorted(first, key=lambda name: (first[name], name))
    place = {name: number for number, name in enumerate(order, 1)}
    size = float(np.clip(1500 / len(order), 6, 36))
    for kind, marker in (("random", "D"), ("skilled", "o")):
        users = {name: eer for name, eer in eers.get(kind, {}).items() if name in place}
        if users:
            look = {
                "s": size,
                "marker": marker,
                "color": COLOURS[kind],
                "label": kind,
                "zorder": 3,
                "clip_on": False,
            }
            axes.scatter(
                [place[name] for name in users], [eer * 100 for eer in users.values()], **look
            )
            mean = float(np.mean(list(users.values()))) * 100
            axes.axhline(
                mean, color=COLOURS[kind], linestyle=":", linewidth=1.3, label=f"{kind}, mean"
            )
    axes.set(xlabel=f"{part} identities, by EER", ylabel="EER, %", xlim=(0, len(order) + 1))
    axes.set_ylim(bottom=0)
    axes.xaxis.get_major_locator().set_params(integer=True)
    axes.set_title("Error rate of each identity, 1 reference")
    return _with_legend(figure, axes, 2)


def _line(verification: Verification) -> dict[str, Any]:
    style = "-" if verification.references == 1 else "--"
    return {"color": COLOURS[verification.kind], "linestyle": style, "linewidth": 1.8}


def _shade(verification: Verification) -> dict[str, Any]:
    return {"color": COLOURS[verification.kind], "alpha": 0.15, "linewidth": 0}


def _with_legend(figure: Any, axes: Any, columns: int) -> Any:
    """The legend stands below the axes, where no curve is."""
    figure.legend(
        *axes.get_legend_handles_labels(),
        loc="outside lower center",
        ncols=columns,
        fontsize=10,
        frameon=False,
    )
    return figure


def _figure(height: float, rows: int = 1) -> tuple[Any, Any]:
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    FigureCanvasAgg(figure)
    return figure, figure.subplots(rows, 1)
