"""Plots of likelihood ratios: their lines are what they claim."""

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes

from components.evaluate.report import likelihood_plots
from components.evaluate.report.likelihood_plots import PRIORS, Answers
from components.evaluate.report.plot_style import COLOURS
from components.shared.verification.likelihood_ratio import LN10, cllr, cllr_min

GENUINE = LN10 * np.array([-0.5, 0.2, 1.0, 1.5])
IMPOSTOR = LN10 * np.array([-2.0, -1.2, 0.5])
SKILLED = Answers("skilled", 1, GENUINE, IMPOSTOR)
RANDOM = Answers("random", 1, GENUINE + 1, IMPOSTOR - 1)
BOTH = [SKILLED, RANDOM]
PLOTS = [likelihood_plots.tippett, likelihood_plots.cross_entropies, likelihood_plots.reliability]


def drawn(plot: Callable[..., Any], answers: Sequence[Answers]) -> Axes:
    (axes,) = plot(answers, "test").axes
    assert isinstance(axes, Axes)
    return axes


def points(axes: Axes, line: int) -> tuple[np.ndarray, np.ndarray]:
    found = axes.get_lines()[line]
    return np.asarray(found.get_xdata()), np.asarray(found.get_ydata())


def test_tippett_lines_are_the_shares_from_each_ratio_on() -> None:
    axes = drawn(likelihood_plots.tippett, [SKILLED])
    for line, llr in enumerate((GENUINE, IMPOSTOR)):
        limit, share = points(axes, line)
        expected = [100 * np.mean(llr / LN10 >= each) for each in limit]
        np.testing.assert_allclose(share, expected)
    labels = [str(line.get_label()) for line in axes.get_lines()]
    assert labels == ["skilled: genuine", "skilled: impostors", "LR = 1"]
    assert axes.get_xlim() == pytest.approx((-2.04, 2.04))


def test_the_cross_entropy_at_even_odds_is_cllr_and_its_minimum() -> None:
    axes = drawn(likelihood_plots.cross_entropies, [SKILLED])
    middle = len(PRIORS) // 2
    heights = [points(axes, line)[1][middle] for line in range(3)]
    assert heights == pytest.approx([cllr(GENUINE, IMPOSTOR), cllr_min(GENUINE, IMPOSTOR), 1])
    labels = [str(line.get_label()) for line in axes.get_lines()]
    assert labels == ["skilled: as answered", "skilled: best calibration", "no evidence"]


def test_without_evidence_the_cross_entropy_is_that_of_the_prior() -> None:
    prior, entropy = points(drawn(likelihood_plots.cross_entropies, [SKILLED]), -1)
    share = 1 / (1 + 10**-prior)
    np.testing.assert_allclose(
        entropy, -share * np.log2(share) - (1 - share) * np.log2(1 - share), atol=1e-12
    )


def test_the_best_calibration_leaves_no_more_uncertainty_than_the_answers_or_none() -> None:
    axes = drawn(likelihood_plots.cross_entropies, [SKILLED])
    given, best, neutral = (points(axes, line)[1] for line in range(3))
    assert (best <= given + 1e-12).all()
    assert (best <= neutral + 1e-12).all()


def test_reliability_is_the_pooled_ratio_over_the_answered_one() -> None:
    axes = drawn(likelihood_plots.reliability, [SKILLED])
    answered, observed = points(axes, 0)
    # 0.2 and 0.5 are in the wrong order and −0.5 stands alone below: an LR of (2/4) / (1/3)
    pooled = observed[(answered > -0.5) & (answered < 0.95)]
    assert pooled == pytest.approx(np.full(len(pooled), math.log10((2 / 4) / (1 / 3))))
    assert (np.diff(observed) >= 0).all()


@pytest.mark.parametrize("plot", PLOTS)
def test_kinds_have_their_colours_and_every_line_a_name_of_its_own(
    plot: Callable[..., Any],
) -> None:
    lines = drawn(plot, BOTH).get_lines()
    labels = [str(line.get_label()) for line in lines]
    assert len(set(labels)) == len(labels)
    for line, label in zip(lines, labels, strict=True):
        kind = label.partition(":")[0]
        assert kind not in COLOURS or line.get_color() == COLOURS[kind]


@pytest.mark.parametrize("plot", PLOTS)
def test_infinite_and_very_large_ratios_are_drawn_within_the_axes(plot: Callable[..., Any]) -> None:
    certain = Answers("random", 1, np.array([math.inf, 90.0, 1.0]), np.array([-math.inf, -3.0]))
    axes = drawn(plot, [certain])
    assert all(np.isfinite(points(axes, line)[1]).all() for line in range(2))
    assert all(map(math.isfinite, (*axes.get_xlim(), *axes.get_ylim())))
    assert axes.get_xlim()[1] <= 7


@pytest.mark.parametrize("plot", PLOTS)
def test_a_plot_names_the_part_and_its_axes(plot: Callable[..., Any]) -> None:
    axes = drawn(plot, BOTH)
    assert axes.get_title().endswith(", test, 1 reference")
    assert axes.get_xlabel().startswith("log10 of the ")
    assert axes.get_ylabel()


@pytest.mark.parametrize("plot", PLOTS)
def test_each_number_of_references_has_axes_of_its_own(plot: Callable[..., Any]) -> None:
    several = [SKILLED._replace(references=5), *BOTH, RANDOM._replace(references=5)]
    one, five = plot(several, "val").axes
    assert one.get_title().endswith(", val, 1 reference")
    assert five.get_title().endswith(", val, 5 references")
    assert len(one.get_lines()) == len(five.get_lines()) == len(drawn(plot, BOTH).get_lines())
