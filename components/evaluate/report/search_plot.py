"""The plot of searches (1:N): error rates by the size of the gallery."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from components.evaluate.report.plot_style import COLOURS, add_legend, new_figure
from components.shared.verification.identification_rates import FNIR, FPIR, SearchRates

if TYPE_CHECKING:
    from matplotlib.figure import Figure

HEIGHT = 3.8
RATES = {FPIR: ("random", "stranger is given somebody (FPIR)"), FNIR: ("genuine", "missed (FNIR)")}
"""The colour of each rate, and its name."""
STYLES = ("-", "--")
BAND_OPACITY = 0.15


def searches(rows: Sequence[SearchRates], policy: str, part: str) -> "Figure | None":
    """Plots FPIR and FNIR of a policy over the number of people enrolled, in per cent.

    Args:
        rows: of all policies; those with one reference are full lines, with several broken ones.
        policy: the one to show.
        part: the part of the split, for the title.

    Returns:
        None where the policy was not measured.
    """
    shown = [row for row in rows if row.policy == policy]
    if not shown:
        return None
    figure, (axes,) = new_figure(HEIGHT)
    counts = sorted({row.references for row in shown})
    for references, style in zip(counts, STYLES, strict=False):
        own = [row for row in shown if row.references == references]
        sizes = [row.gallery_size for row in own]
        for name, (colour, label) in RATES.items():
            rates = [getattr(row, name) for row in own]
            axes.plot(
                sizes,
                [100 * rate.value for rate in rates],
                label=f"{label}, {references} ref{'s' if references > 1 else ''}",
                color=COLOURS[colour],
                linestyle=style,
                marker="o",
                markersize=4,
            )
            axes.fill_between(
                sizes,
                [100 * (rate.value if rate.low is None else rate.low) for rate in rates],
                [100 * (rate.value if rate.high is None else rate.high) for rate in rates],
                color=COLOURS[colour],
                alpha=BAND_OPACITY,
                linewidth=0,
            )
    axes.set(xscale="log", xlabel="people enrolled", ylabel="searches, %")
    every = sorted({row.gallery_size for row in shown})
    axes.set_xticks(every, [f"{size:,}" for size in every])
    axes.set_xticks([], minor=True)
    axes.set_ylim(bottom=0)
    axes.set_title(f"Searches by the size of the gallery, {part}")
    return add_legend(figure, axes, 1)
