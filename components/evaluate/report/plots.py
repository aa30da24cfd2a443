"""PNG files of all plots: ROC and DET, histograms of distances, error rates of identities, and
likelihood ratios.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from components.evaluate.params import EvaluateParams
from components.evaluate.report import curve_plots, likelihood_plots, search_plot
from components.evaluate.report.likelihood_plots import Answers
from components.evaluate.report.plot_style import COLOURS, STYLE, add_legend, new_figure
from components.evaluate.scoring.curve_bands import band
from components.evaluate.scoring.verification import Verification, user_eers
from components.shared.verification.identification_rates import SearchRates
from components.shared.verification.threshold import Threshold, lookup

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

MARKERS = {"random": "D", "skilled": "o"}


def draw(
    out: Path,
    verifications: list[Verification],
    thresholds: list[Threshold],
    params: EvaluateParams,
    evidence: Sequence[Answers] = (),
    searched: Sequence[SearchRates] = (),
) -> list[Path]:
    """Writes roc.png, det.png, scores.png and identities.png into `out`.

    Of the decision's evidence there are also tippett.png, cross_entropy.png and reliability.png,
    of its searches identification.png.

    Args:
        out: an existing folder.
        verifications: comparisons by the mean distance.
        thresholds: of the mean distance.
        params: of the step.
        evidence: likelihood ratios of one kind of impostor, by the number of references.
        searched: error rates of searches.

    Returns:
        Paths of the files; a plot without anything to show has none.
    """
    if not verifications:
        return []
    import matplotlib as mpl

    mpl.use("Agg")
    bands = [band(v) for v in verifications]
    with mpl.rc_context(STYLE):
        figures = {
            "roc.png": curve_plots.roc(verifications, bands, params.reported),
            "det.png": curve_plots.det(verifications, bands, params.reported),
            "scores.png": _histograms(verifications, thresholds, params),
        }
        single = [v for v in verifications if v.references == 1]
        if identities := _identities(single, params.reported):
            figures["identities.png"] = identities
        if evidence:
            part = params.reported
            figures["tippett.png"] = likelihood_plots.tippett(evidence, part)
            figures["cross_entropy.png"] = likelihood_plots.cross_entropies(evidence, part)
            figures["reliability.png"] = likelihood_plots.reliability(evidence, part)
        by_size = search_plot.searches(searched, params.target_name, params.reported)
        if by_size is not None:
            figures["identification.png"] = by_size
    for name, figure in figures.items():
        figure.savefig(out / name, dpi=200, metadata={"Software": None})
    return [out / name for name in figures]


def _histograms(
    verifications: list[Verification], thresholds: list[Threshold], params: EvaluateParams
) -> "Figure":
    """Plots the distances of each kind of comparison, one axes for each number of references."""
    counts = sorted({v.references for v in verifications})
    figure, all_axes = new_figure(2.6 * len(counts) + 0.8, len(counts))
    for axes, references in zip(all_axes, counts, strict=True):
        group = [v for v in verifications if v.references == references]
        distances = {"genuine": group[0].genuine.distance}
        distances |= {v.kind: v.impostor.distance for v in group}
        bins = np.linspace(
            0, max(float(values.max()) for values in distances.values()), 61
        ).tolist()
        for kind, values in distances.items():
            axes.hist(
                values,
                bins,
                density=True,
                label=kind,
                linewidth=1.2,
                histtype="stepfilled",
                facecolor=(COLOURS[kind], 0.25),
                edgecolor=COLOURS[kind],
            )
        for kind in distances:
            if t := lookup(thresholds, kind, references, params.target_name):
                axes.axvline(
                    t.threshold,
                    color=COLOURS[kind],
                    linestyle="--",
                    linewidth=1.5,
                    label=f"threshold, {kind}",
                )
        plural = "" if references == 1 else "s"
        axes.set(xlabel="distance", ylabel="density", title=f"{references} reference{plural}")
    return add_legend(figure, all_axes[-1], 3)


def _identities(single: list[Verification], part: str) -> "Figure | None":
    """Plots each identity's EER with a threshold of its own, both kinds in the order of the first.

    Returns:
        None where no identity has comparisons of both sides.
    """
    eers = {v.kind: user_eers(v) for v in single}
    first = next((users for users in eers.values() if users), None)
    if first is None:
        return None
    figure, (axes,) = new_figure(3.6)
    order = sorted(first, key=lambda code: (first[code], code))
    place = {code: number for number, code in enumerate(order, 1)}
    for kind in MARKERS:
        users = {code: eer for code, eer in eers.get(kind, {}).items() if code in place}
        if users:
            _dots(axes, kind, {place[code]: eer * 100 for code, eer in users.items()}, len(order))
    axes.set(xlabel=f"{part} identities, by EER", ylabel="EER, %", xlim=(0, len(order) + 1))
    axes.set_ylim(bottom=0)
    axes.locator_params(axis="x", integer=True)
    axes.set_title("Error rate of each identity, 1 reference")
    return add_legend(figure, axes, 2)


def _dots(axes: "Axes", kind: str, eers: dict[int, float], identities: int) -> None:
    """Draws EERs in per cent, by place, and their mean as a line."""
    axes.scatter(
        list(eers),
        list(eers.values()),
        s=float(np.clip(1500 / identities, 6, 36)),
        marker=MARKERS[kind],
        color=COLOURS[kind],
        label=kind,
        zorder=3,
        clip_on=False,
    )
    axes.axhline(
        float(np.mean(list(eers.values()))),
        color=COLOURS[kind],
        linestyle=":",
        linewidth=1.3,
        label=f"{kind}, mean",
    )
