"""The shift of a scanner, and when it is too little known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from components.evaluate.decision.scanner_shift import measure_shift
from components.evaluate.decision.usual import measure
from components.shared.runtime.errors import InputError
from components.shared.verification.decision import Usual
from components.shared.verification.sampling import Labels

PARTS = 2


def people(
    count: int, each: int, scale: float = 1.0, hands: float = 0.1, seed: int = 0
) -> tuple[NDArray[np.float64], Labels]:
    """People whose images scatter by a scale, and hand by hand by a deviation of its logarithm."""
    rng = np.random.default_rng(seed)
    identity = np.repeat(np.arange(count), each)
    scatter = scale * np.exp(hands * rng.normal(size=count))
    centres = 5 * rng.normal(size=(count, 32))
    vectors = centres[identity] + scatter[identity, None] * rng.normal(size=(len(identity), 32))
    return vectors, Labels(identity, np.zeros(len(identity), bool))


def usual(scale: float = 1.0) -> Usual:
    measured = measure(*people(200, 8, scale, seed=1), PARTS)
    assert measured is not None
    return measured


def test_it_is_what_makes_the_distances_those_of_val() -> None:
    vectors, labels = people(20, 5)
    source = usual()
    plain = measure_shift(source, vectors, labels, PARTS)
    half = measure_shift(source, vectors / 2, labels, PARTS)
    assert half.shift.distance - plain.shift.distance == pytest.approx(np.log(2))
    assert half.shift.variety - plain.shift.variety == pytest.approx(np.log(2))
    moved = measure(vectors / 2 * np.exp(half.shift.distance), labels, PARTS)
    assert moved is not None
    assert moved.distance == pytest.approx(source.distance)
    assert (plain.people, plain.images) == (20, 100)


def test_its_interval_covers_the_truth_as_often_as_it_says() -> None:
    source, truth = usual(), np.log(1 / 0.8)
    found = [measure_shift(source, *people(12, 4, 0.8, seed=seed), PARTS) for seed in range(250)]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.91 <= covered <= 0.99
    centres = [one.shift.distance for one in found]
    assert np.mean(centres) == pytest.approx(truth, abs=0.02)


def test_forgeries_and_people_with_one_image_play_no_role() -> None:
    vectors, labels = people(10, 3)
    plain = measure_shift(usual(), vectors, labels, PARTS)
    more = np.concatenate([vectors, vectors[:6] + 9, np.full((1, 32), 99.0)])
    identity = np.concatenate([labels.identity, labels.identity[:6], [77]])
    forged = np.concatenate([labels.forged, np.ones(6, bool), [False]])
    assert measure_shift(usual(), more, Labels(identity, forged), PARTS) == plain


def test_few_people_are_refused() -> None:
    with pytest.raises(InputError, match=r"of 7 people, but a calibration needs them of 8"):
        measure_shift(usual(), *people(7, 9), PARTS)
    measure_shift(usual(), *people(8, 9), PARTS)


def test_people_who_differ_too_much_are_refused() -> None:
    with pytest.raises(InputError, match=r"do not tell how far apart .* take more people"):
        measure_shift(usual(), *people(9, 5, hands=0.6), PARTS)
    measure_shift(usual(), *people(90, 5, hands=0.6), PARTS)
