"""How far apart genuine images usually are."""

import math

import numpy as np
import pytest

from components.evaluate.decision.usual import measure, per_identity
from components.shared.verification.sampling import Labels


def test_each_identity_counts_by_the_mean_log_distance_of_its_pairs() -> None:
    vectors = np.array([[0.0], [1.0], [3.0], [7.0], [9.0], [50.0], [99.0]])
    labels = Labels(
        np.array(["a", "a", "a", "b", "b", "c", "a"]), np.array([False] * 6 + [True])
    )  # c has one image, and the last is a forgery
    distance, _ = per_identity(vectors, labels, 1)
    half = math.log(2) / 2
    expected = [(math.log(1) + math.log(2) + math.log(3)) / 3 - half, math.log(2) - half]
    np.testing.assert_allclose(distance, expected)
    usual = measure(vectors, labels, 1)
    assert usual is not None
    assert usual.distance == pytest.approx(np.mean(expected))
    assert usual.distance_deviation == pytest.approx(np.std(expected, ddof=1))
    assert usual.variety == 0


def test_a_scanner_that_scales_all_distances_is_the_difference_of_two_measurements() -> None:
    vectors = np.random.default_rng(0).normal(size=(12, 8))
    labels = Labels(np.repeat(np.arange(3), 4), np.zeros(12, bool))
    here, there = measure(vectors, labels, 2), measure(0.8 * vectors, labels, 2)
    assert here is not None
    assert there is not None
    assert there.distance - here.distance == pytest.approx(math.log(0.8))
    assert there.variety - here.variety == pytest.approx(math.log(0.8))


def test_of_a_single_identity_nothing_is_usual() -> None:
    assert measure(np.eye(3), Labels(np.zeros(3, int), np.zeros(3, bool)), 1) is None
