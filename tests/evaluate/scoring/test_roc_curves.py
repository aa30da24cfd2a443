"""Thinned curves keep what matters."""

import numpy as np

from components.evaluate.scoring.roc_curves import MOST_POINTS, table, thin
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import crossing, roc


def scores(count: int, mean: float, seed: int) -> Scores:
    distance = np.random.default_rng(seed).normal(mean, 1, count).astype(np.float32)
    return Scores(distance, np.zeros(count, np.int32))


def test_a_thinned_curve_is_a_part_of_the_curve_with_both_ends() -> None:
    full = roc(scores(9_000, 4, 0).distance, scores(70_000, 7, 1).distance)
    few = thin(full)
    assert len(few.far) <= MOST_POINTS
    assert (few.far[0], few.frr[0], few.far[-1], few.frr[-1]) == (0, 1, 1, 0)
    rows = np.searchsorted(full.threshold, few.threshold)
    for ours, whole in zip(few, full, strict=True):
        np.testing.assert_array_equal(ours, whole[rows])
    assert crossing(few) == crossing(full)


def test_a_thinned_curve_keeps_points_at_low_rates() -> None:
    few = thin(roc(scores(9_000, 4, 0).distance, scores(70_000, 7, 1).distance))
    for rate in (few.far, few.frr):
        assert ((rate > 1e-4) & (rate < 1e-2)).sum() > 20


def test_a_short_curve_is_kept_whole_and_separable_scores_are_no_trouble() -> None:
    short = roc([1, 2, 3], [2, 4])
    assert thin(short) is short
    separable = roc(np.arange(2_000), np.arange(3_000, 6_000))
    assert len(thin(separable).far) <= MOST_POINTS


def test_the_table_names_each_curve_and_holds_no_infinities() -> None:
    found = [Verification("skilled", 1, scores(50, 1, 0), scores(60, 2, 1))]
    found.append(Verification("random", 5, scores(2_000, 1, 0), scores(3_000, 3, 1)))
    points = table(found)
    assert list(points.columns) == ["curve", "kind", "references", "far", "tpr", "frr", "threshold"]
    assert points["curve"].unique().tolist() == ["skilled, 1 reference", "random, 5 references"]
    assert np.isfinite(points[["far", "tpr", "frr", "threshold"]].to_numpy()).all()
    assert list(table([]).columns) == list(points.columns)
