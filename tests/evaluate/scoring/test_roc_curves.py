"""Curves of verifications, as tables."""

import numpy as np

from components.evaluate.scoring.roc_curves import curve, label, table
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores


def scores(count: int, mean: float, seed: int) -> Scores:
    distance = np.random.default_rng(seed).normal(mean, 1, count).astype(np.float32)
    return Scores(distance, np.zeros(count, np.int32))


SKILLED = Verification("skilled", 1, scores(50, 1, 0), scores(60, 2, 1))
RANDOM = Verification("random", 5, scores(2_000, 1, 0), scores(3_000, 3, 1))


def test_the_table_names_each_curve_and_holds_no_infinities() -> None:
    points = table([SKILLED, RANDOM])
    assert list(points.columns) == ["curve", "kind", "references", "far", "tpr", "frr", "threshold"]
    assert points["curve"].unique().tolist() == ["skilled, 1 reference", "random, 5 references"]
    assert np.isfinite(points[["far", "tpr", "frr", "threshold"]].to_numpy()).all()
    assert list(table([]).columns) == list(points.columns)


def test_a_row_of_the_table_is_a_point_of_the_curve() -> None:
    points = table([RANDOM])
    assert len(points) == len(curve(RANDOM).far) < len(RANDOM.scored.curve().far)
    np.testing.assert_array_equal(points["frr"], curve(RANDOM).frr)
    np.testing.assert_array_equal(points["tpr"], 1 - curve(RANDOM).frr)


def test_one_reference_is_singular() -> None:
    assert (label(SKILLED), label(RANDOM)) == ("skilled, 1 reference", "random, 5 references")
