"""The common look of all plots."""

from components.evaluate.report.plot_style import add_legend, new_figure


def test_axes_stand_one_below_the_other() -> None:
    figure, axes = new_figure(4, rows=2)
    assert len(axes) == 2
    assert axes[0].get_position().y0 > axes[1].get_position().y0
    assert figure.get_figheight() == 4


def test_the_legend_is_the_figures_and_names_what_the_axes_show() -> None:
    figure, (axes,) = new_figure(4)
    axes.plot([0, 1], [0, 1], label="skilled, 1 reference")
    add_legend(figure, axes, 1)
    (legend,) = figure.legends
    assert [text.get_text() for text in legend.get_texts()] == ["skilled, 1 reference"]
