"""The plot of searches."""

import numpy as np
import pytest

from components.evaluate.report import search_plot
from components.evaluate.report.html import CAPTIONS
from components.shared.verification.identification_rates import SearchRates
from components.shared.verification.measured_rates import Rate

ROWS = [
    SearchRates(
        references=references,
        gallery_size=size,
        policy="review",
        fpir=Rate(0.01 * size, 0.0, 0.5),
        fnir=Rate(0.2),
        strangers_reviewed=Rate(0.0),
        enrolled_reviewed=Rate(0.0),
        n_identities=9,
        n_probes=90,
    )
    for references in (1, 5)
    for size in (1, 10, 24)
]


def test_each_rate_is_a_line_over_the_number_of_people() -> None:
    figure = search_plot.searches(ROWS, "review", "test")
    assert figure is not None
    (axes,) = figure.axes
    lines = {str(line.get_label()): line for line in axes.get_lines()}
    assert len(lines) == 4
    fpir = lines["stranger is given somebody (FPIR), 5 refs"]
    assert np.asarray(fpir.get_xdata()).tolist() == [1, 10, 24]
    assert np.asarray(fpir.get_ydata()).tolist() == pytest.approx([1, 10, 24])
    assert axes.get_xscale() == "log"
    assert [label.get_text() for label in axes.get_xticklabels()] == ["1", "10", "24"]


def test_of_a_policy_that_was_not_measured_there_is_no_plot() -> None:
    assert search_plot.searches(ROWS, "cost", "test") is None
    assert search_plot.searches([], "review", "test") is None


def test_the_plot_has_a_caption() -> None:
    assert "1:N" in CAPTIONS["identification.png"]
