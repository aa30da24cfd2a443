"""Features of claims, against distances that are computed one by one."""

import math

import numpy as np
import pytest

from components.shared.verification import claim_features
from components.shared.verification.claim_features import describe, describe_people

RANDOM = np.random.default_rng(0)
GENUINE = RANDOM.normal(size=(6, 4))
PROBES = RANDOM.normal(size=(3, 4))
DRAWS = np.array([[1, 1, 1, 0, 0, 0], [0, 1, 0, 1, 0, 1]], bool)


def test_each_feature_is_the_scaled_log_of_distances_computed_one_by_one() -> None:
    claim = describe(GENUINE, PROBES, DRAWS)
    for draw, chosen in enumerate(DRAWS):
        references = GENUINE[chosen]
        among = [math.dist(references[i], references[j]) for i, j in ((0, 1), (0, 2), (1, 2))]
        assert claim.spread[draw] == pytest.approx(math.log(np.mean(among) / math.sqrt(2)))
        for column, probe in enumerate(PROBES):
            apart = [math.dist(reference, probe) for reference in references]
            centre = math.dist(references.mean(axis=0), probe)
            assert claim.mean[draw, column] == pytest.approx(math.log(np.mean(apart) / 2**0.5))
            assert claim.nearest[draw, column] == pytest.approx(math.log(min(apart) / 2**0.5))
            expected = math.log(centre / math.sqrt(4 / 3))
            assert claim.centre[draw, column] == pytest.approx(expected)


def test_with_one_reference_all_distances_are_one_and_nothing_is_spread() -> None:
    claim = describe(GENUINE, PROBES, np.eye(6, dtype=bool))
    np.testing.assert_allclose(claim.mean, claim.centre)
    np.testing.assert_allclose(claim.mean, claim.nearest)
    assert claim.references == 1
    assert claim.spread.tolist() == [0.0] * 6


def test_images_scattered_alike_have_one_scatter_by_every_feature() -> None:
    points = np.random.default_rng(1).normal(size=(400, 4000))
    draws = np.zeros((1, 300), bool)
    draws[0, :5] = True
    claim = describe(points[:300], points[300:], draws)
    scatter = math.log(math.sqrt(4000))
    for values in (claim.mean, claim.centre, claim.spread):
        np.testing.assert_allclose(values, scatter, atol=0.05)


def test_variety_is_between_neighbouring_parts_of_an_embedding() -> None:
    embedding = np.array([[0.0, 0.0, 3.0, 4.0, 1.0, 1.0, 1.0, 2.0, 9.0, 9.0]])
    expected = (math.log(5) + math.log(1)) / 2  # the fifth part has no neighbour
    assert claim_features.variety(embedding, 5)[0] == pytest.approx(expected)
    assert claim_features.variety(embedding, 1).tolist() == [0.0]
    claim = describe(np.repeat(embedding, 2, axis=0), embedding, np.ones((1, 2), bool), parts=5)
    assert claim.variety[0] == pytest.approx(expected)


def test_a_copy_of_a_reference_is_at_the_smallest_distance_and_not_at_minus_infinity() -> None:
    claim = describe(GENUINE, GENUINE[:1], np.eye(6, dtype=bool)[:1])
    assert claim.nearest[0, 0] == pytest.approx(math.log(1e-3 / math.sqrt(2)))


@pytest.mark.parametrize("count", [1, 3])
def test_people_are_described_at_once_as_one_by_one(count: int) -> None:
    rng = np.random.default_rng(count)
    references, probes = rng.normal(size=(4, count, 6)), rng.normal(size=(5, 6))
    together = describe_people(references, probes, 2)
    for person, own in enumerate(references):
        alone = describe(own, probes, np.ones((1, count), bool), 2)
        assert together.references == alone.references
        for feature in ("mean", "centre", "nearest", "spread", "variety"):
            found = getattr(together, feature)[person]
            np.testing.assert_allclose(found, getattr(alone, feature)[0], atol=1e-9)
