"""The report of a collapse."""

import math

import pytest

from components.train.loop.collapse import PATIENCE, CollapseWatch
from components.train.params import Margin

COLLAPSED = {"spread": 1e-4, "triplet": 0.5}
HEALTHY = {"spread": 0.8, "triplet": 0.3}


def test_a_collapse_is_reported_once_in_the_last_step_of_the_row() -> None:
    watch = CollapseWatch(0.5)
    reports = [watch.update(COLLAPSED) for _ in range(3 * PATIENCE)]
    assert reports.index(True) == PATIENCE - 1
    assert sum(reports) == 1


def test_a_healthy_step_begins_the_row_anew() -> None:
    watch = CollapseWatch(0.5)
    assert not any(watch.update(COLLAPSED) for _ in range(PATIENCE - 1))
    assert not watch.update(HEALTHY)
    assert not any(watch.update(COLLAPSED) for _ in range(PATIENCE - 1))
    assert watch.update(COLLAPSED)


@pytest.mark.parametrize(
    "figures",
    [{"spread": 0.8, "triplet": 0.5}, {"spread": 1e-4, "triplet": 0.1}],
    ids=["at the margin by chance", "near, but taught"],
)
def test_one_sign_alone_is_no_collapse(figures: dict[str, float]) -> None:
    watch = CollapseWatch(0.5)
    assert not any(watch.update(figures) for _ in range(2 * PATIENCE))


@pytest.mark.parametrize(("margin", "loss"), [(0.5, 0.5), (1, 1.0), ("soft", math.log(2))])
def test_at_a_point_the_loss_is_the_margin_or_that_of_a_distance_of_zero(
    margin: Margin, loss: float
) -> None:
    assert CollapseWatch(margin).loss_at_a_point == pytest.approx(loss)
