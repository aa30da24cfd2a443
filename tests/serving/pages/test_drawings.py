import re

import pytest

from components.shared.verification.distributions import Distribution
from serving.api.answers import Bounds
from serving.pages import drawings


def test_the_scale_holds_evidence_limits_and_zero_in_their_order() -> None:
    scale = drawings.scale(2.0, Bounds(low=-1.0, high=1.5))
    assert 0 < scale.low < scale.zero < scale.high < scale.marker < scale.width
    assert scale.zero == scale.width / 2


@pytest.mark.parametrize("evidence", [-40.0, 0.0, 40.0])
def test_no_evidence_leaves_the_drawing(evidence: float) -> None:
    assert 0 < drawings.scale(evidence, Bounds(low=0.0, high=0.0)).marker < drawings.WIDTH


def test_bars_are_shares_of_the_longest() -> None:
    assert drawings.bars([0.5, 1.0]) == [50.0, 100.0]
    assert drawings.bars([0.5, 1.0], mark=2.0) == [25.0, 50.0]
    assert drawings.bars([0.0]) == [0.0]
    assert drawings.bars([]) == []


MEASURED = Distribution(
    "skilled",
    3,
    (-1.0, 0.0, 1.0, 2.0),
    genuine=(0, 0, 1, 3, 0),
    impostor=(0, 4, 4, 0, 0),
    n_identities=7,
)


def test_a_plot_counts_the_shares_on_both_sides_of_the_evidence() -> None:
    plot = drawings.plot(MEASURED, 1.5)
    assert (plot.below, plot.above) == (0.25, 0.0)
    assert (plot.people, plot.references) == (7, 3)
    assert drawings.plot(MEASURED, -0.5).below == 0.0
    assert drawings.plot(MEASURED, -0.5).above == 1.0


def test_the_highest_bar_is_as_high_as_may_be_and_the_marker_within_its_bin() -> None:
    plot = drawings.plot(MEASURED, 1.5)
    tops = [float(top) for top in re.findall(r"L[0-9.]+ ([0-9.]+)", plot.genuine)]
    assert tops == [plot.height, plot.height, plot.height - 50.0, drawings.ROOM, plot.height]
    assert plot.marker == pytest.approx(plot.width * 3.5 / 5)


@pytest.mark.parametrize("evidence", [-30.0, -1.0, 0.0, 2.0, 30.0])
def test_no_marker_leaves_the_plot(evidence: float) -> None:
    plot = drawings.plot(MEASURED, evidence)
    assert 0 <= plot.marker <= plot.width
