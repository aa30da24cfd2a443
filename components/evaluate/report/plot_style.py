"""The common look of all plots: colours, sizes, and the legend below the axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

COLOURS = {
    "genuine": "#009e73",
    "skilled": "#d55e00",
    "random": "#0072b2",
}  # Okabe & Ito, told apart by colour-blind readers too
NEUTRAL = "#757575"
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


def new_figure(height: float, rows: int = 1) -> tuple["Figure", Sequence["Axes"]]:
    """Returns a figure of `height` inches and its axes, one below the other."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(WIDTH, height))
    figure.set_layout_engine("constrained", h_pad=0.08)
    FigureCanvasAgg(figure)
    return figure, list(figure.subplots(rows, 1, squeeze=False)[:, 0])


def add_legend(figure: "Figure", axes: "Axes", columns: int) -> "Figure":
    """Adds the legend of `axes` below them, where no curve is, and returns the figure."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(
        handles,
        labels,
        loc="outside lower center",
        ncols=columns,
        fontsize=10,
        frameon=False,
    )
    return figure
