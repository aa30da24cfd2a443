"""The change of evidence on another collection, and when it is too little known."""

import numpy as np
import pytest
from numpy.typing import NDArray

from components.evaluate.decision import usual, weights
from components.evaluate.decision.claims import describe_claims
from components.evaluate.decision.collection_change import measure_change
from components.shared.runtime.errors import InputError
from components.shared.verification.decision import Decision, Usual
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel, Shift
from components.shared.verification.sampling import Draws, Labels

DRAWS = Draws(3, 2)
MODEL = EvidenceModel({"mean_of_one": -4.0, "mean": -4.0}, Bounds(-3.0, 3.0))
"""Evidence is −4 · log distance: a scanner that scales distances moves it."""


def people(
    count: int, each: int, scale: float = 1.0, hands: float = 0.1, seed: int = 0
) -> tuple[NDArray[np.float64], Labels]:
    """People whose images scatter by a scale, and hand by hand by a deviation of its logarithm."""
    rng = np.random.default_rng(seed)
    identity = np.repeat(np.arange(count), each)
    scatter = scale * np.exp(hands * rng.normal(size=count))
    centres = 50 * rng.normal(size=(count, 32))
    vectors = centres[identity] + scatter[identity, None] * rng.normal(size=(len(identity), 32))
    return vectors, Labels(identity, np.zeros(len(identity), bool))


def measured(vectors: NDArray[np.float64], labels: Labels) -> list[Usual]:
    claims = describe_claims(vectors, labels, DRAWS, 1, Shift())
    return usual.measure(claims, weights.scores(claims, MODEL.weights), "skilled")


def decision(rows: list[Usual]) -> Decision:
    return Decision({"skilled": MODEL}, 3, 1, [], rows)


@pytest.fixture(scope="module")
def val() -> Decision:
    return decision(measured(*people(80, 4, seed=1)))


def test_it_is_what_location_and_scatter_of_the_evidence_of_pairs_say() -> None:
    vectors, labels = people(12, 2)
    evidence = []
    for first, second in vectors.reshape(12, 2, -1):
        evidence.append(-4 * np.log(np.linalg.norm(first - second) / 2**0.5))
    mean, deviation = np.mean(evidence), np.std(evidence)
    error = float(np.std(evidence, ddof=1) / 12**0.5)
    source = Usual("skilled", 1, float(mean) - 1.0, 2 * float(deviation), 2 * error)
    found = measure_change(decision([source]), vectors, labels, DRAWS)
    assert (found.people, found.images) == (12, 24)
    assert found.location == pytest.approx(1.0, abs=1e-4)
    assert found.scatter == pytest.approx(0.5, rel=1e-3)
    assert found.high - found.location == pytest.approx(2.201 * 5**0.5 * error, rel=1e-3)
    assert found.location - found.low == pytest.approx(2.201 * 5**0.5 * error, rel=1e-3)
    trust = deviation**2 / (deviation**2 + 5 * error**2)
    assert found.trust == pytest.approx(trust, rel=1e-3)
    factor, offset = found.by_kind["skilled"]
    assert factor == pytest.approx(2**trust, rel=1e-3)
    assert factor * mean + offset == pytest.approx(mean - trust, abs=1e-3)


@pytest.mark.parametrize("scale", [0.7, 1.4])
def test_of_many_people_it_undoes_another_scanner_and_other_hands(
    val: Decision, scale: float
) -> None:
    there = people(80, 4, scale, hands=0.2)
    found = measure_change(val, *there, DRAWS)
    assert found.location == pytest.approx(-4 * np.log(scale), abs=0.15)
    assert found.scatter > 1.2
    assert found.trust > 0.85
    changed = val.changed(found.by_kind).models["skilled"]
    claims = describe_claims(*there, DRAWS, 1, Shift())
    after = usual.measure(claims, weights.scores(claims, changed.weights), "skilled")
    for row, expected in zip(after, val.usual, strict=True):
        assert row.mean == pytest.approx(expected.mean, abs=0.3)
        assert row.deviation == pytest.approx(expected.deviation, rel=0.15)


def test_the_fewer_people_the_less_it_is_trusted(val: Decision) -> None:
    found = [measure_change(val, *people(count, 3, 0.8), DRAWS) for count in (8, 20, 60)]
    assert 0.3 < found[0].trust < found[1].trust < found[2].trust < 1


@pytest.mark.slow
def test_its_interval_covers_the_truth_as_often_as_it_says(val: Decision) -> None:
    truth = -4 * np.log(0.8)
    found = [measure_change(val, *people(12, 3, 0.8, seed=seed), DRAWS) for seed in range(2, 152)]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert 0.9 <= covered <= 0.99
    assert np.mean([one.location for one in found]) == pytest.approx(truth, abs=0.1)


def test_scatter_that_differs_too_much_is_not_believed(val: Decision) -> None:
    alike = np.tile(np.eye(32)[:2], (20, 1)) + 100.0 * np.repeat(np.arange(20), 2)[:, None]
    labels = Labels(np.repeat(np.arange(20), 2), np.zeros(40, bool))
    assert measure_change(val, alike, labels, DRAWS).scatter == pytest.approx(0.5)


def test_forgeries_and_people_with_one_image_play_no_role(val: Decision) -> None:
    vectors, labels = people(10, 3)
    plain = measure_change(val, vectors, labels, DRAWS)
    more = np.concatenate([vectors, vectors[:6] + 9, np.full((1, 32), 99.0)])
    identity = np.concatenate([labels.identity, labels.identity[:6], [77]])
    forged = np.concatenate([labels.forged, np.ones(6, bool), [False]])
    assert measure_change(val, more, Labels(identity, forged), DRAWS) == plain


def test_few_people_are_refused(val: Decision) -> None:
    with pytest.raises(InputError, match=r"of 7 people, but a calibration needs them of 8"):
        measure_change(val, *people(7, 4), DRAWS)
    measure_change(val, *people(8, 4), DRAWS)


def test_people_who_differ_too_much_are_refused(val: Decision) -> None:
    with pytest.raises(InputError, match=r"do not tell how much evidence .* take more people"):
        measure_change(val, *people(9, 5, hands=0.6), DRAWS)
    measure_change(val, *people(90, 3, hands=0.6), DRAWS)
