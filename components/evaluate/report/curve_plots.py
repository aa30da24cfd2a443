"""ROC and DET plots with the 95 % bands of their curves."""

from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np

from components.evaluate.report.plot_style import COLOURS, NEUTRAL, add_legend, new_figure
from components.evaluate.scoring.curve_bands import CurveBand
from components.evaluate.scoring.roc_curves import curve, label
from components.evaluate.scoring.verification import Verification

if TYPE_CHECKING:
    from matplotlib.figure import Figure

TICKS = (0.001, 0.01, 0.05, 0.1, 0.2, 0.4, 0.6, 0.8)
HEIGHT = 5.4
LINE_WIDTH = 1.8
BAND_OPACITY = 0.15

normal_deviate = np.vectorize(NormalDist().inv_cdf, otypes=[float])


def roc(verifications: list[Verification], bands: list[CurveBand | None], part: str) -> "Figure":
    """Plots 1 − FRR over FAR in per cent, on linear scales.

    Args:
        verifications: a curve each.
        bands: of the curves; None where there is none.
        part: the part of the split, for the title.
    """
    figure, (axes,) = new_figure(HEIGHT)
    for v, band in zip(verifications, bands, strict=True):
        points = curve(v)
        axes.step(
            100 * points.far,
            100 * (1 - points.frr),
            where="post",
            label=label(v),
            color=COLOURS[v.kind],
            linestyle=_line_style(v),
            linewidth=LINE_WIDTH,
        )
        if band:
            axes.fill_between(
                100 * band.far,
                100 * (1 - band.high),
                100 * (1 - band.low),
                color=COLOURS[v.kind],
                alpha=BAND_OPACITY,
                linewidth=0,
            )
    axes.plot([0, 100], [100, 0], color=NEUTRAL, linewidth=1, linestyle=":", label="FAR = FRR")
    axes.set(xlabel="false acceptance rate (FAR), %", ylabel="true acceptance rate (1 − FRR), %")
    axes.set(xlim=(-1, 100), ylim=(0, 101), title=f"ROC, {part} identities", aspect="equal")
    return add_legend(figure, axes, 1)


def det(verifications: list[Verification], bands: list[CurveBand | None], part: str) -> "Figure":
    """Plots FRR over FAR in per cent, on normal deviate scales (Martin et al. 1997).

    Arguments as `roc`.
    """
    figure, (axes,) = new_figure(HEIGHT)
    low, high = TICKS[0], TICKS[-1]
    for v, band in zip(verifications, bands, strict=True):
        points = curve(v)
        visible = (points.far >= low) & (points.frr >= low) & (points.far < 1) & (points.frr < 1)
        axes.plot(
            normal_deviate(points.far[visible]),
            normal_deviate(points.frr[visible]),
            label=label(v),
            color=COLOURS[v.kind],
            linestyle=_line_style(v),
            linewidth=LINE_WIDTH,
        )
        if band:
            visible = (band.far >= low) & (band.far <= high)
            axes.fill_between(
                normal_deviate(band.far[visible]),
                normal_deviate(np.clip(band.low[visible], low / 2, 1 - low / 2)),
                normal_deviate(np.clip(band.high[visible], low / 2, 1 - low / 2)),
                color=COLOURS[v.kind],
                alpha=BAND_OPACITY,
                linewidth=0,
            )
    ticks = normal_deviate(TICKS)
    limits = (ticks[0], ticks[-1])
    axes.plot(limits, limits, color=NEUTRAL, linewidth=1, linestyle=":", label="FAR = FRR")
    names = [f"{tick * 100:g}" for tick in TICKS]
    axes.set_xticks(ticks, names)
    axes.set_yticks(ticks, names)
    axes.set(xlabel="FAR, %", ylabel="FRR, %", xlim=limits, ylim=limits, aspect="equal")
    axes.set_title(f"DET, {part} identities")
    return add_legend(figure, axes, 1)


def _line_style(verification: Verification) -> str:
    return "-" if verification.references == 1 else "--"
