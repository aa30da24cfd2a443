"""The decision on single claims and as a distance."""

import numpy as np
import pytest
from numpy.typing import NDArray

from components.shared.verification.claim_features import ClaimFeatures, describe
from components.shared.verification.comparisons import compare
from components.shared.verification.decision import (
    Decision,
    Policy,
    as_distance,
    as_score,
)
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import Change, EvidenceModel
from components.shared.verification.sampling import Draws, Labels

SKILLED = EvidenceModel({"constant": 2.0, "mean_of_one": -4.0, "mean": -4.0}, Bounds(-3.0, 3.0))
RANDOM = EvidenceModel({"constant": 3.0, "mean_of_one": -4.0, "mean": -4.0}, Bounds(-3.0, 3.0))


def policies(kind: str) -> list[Policy]:
    return [
        Policy(kind, references, name, limits, 8, 100, 0.03)
        for references in (1, 2)
        for name, limits in (
            ("equal_error", Limits.single(0.0)),
            ("review", Limits(-1.0, 1.0)),
        )
    ]


DECISION = Decision(
    {"skilled": SKILLED, "random": RANDOM}, 2, 1, [*policies("skilled"), *policies("random")]
)


def at(distance: float) -> list[float]:
    """A probe whose evidence against skilled forgeries is 2 − 4 · log(distance / √2)."""
    return [distance * 2**0.5, 0.0]


def test_a_claim_is_accepted_rejected_or_left_to_a_person_by_its_evidence() -> None:
    references = [[0.0, 0.0]]
    for score, outcome in ((1.5, "accept"), (0.5, "review"), (-0.5, "review"), (-1.5, "reject")):
        probe = at(float(np.exp((2 - score) / 4)))
        answer = DECISION.answer(references, probe, "review")
        assert answer.outcome == outcome
        assert answer.kind == "skilled"
        assert answer.llr["skilled"] == pytest.approx(score)
        assert answer.llr["random"] == pytest.approx(score + 1)
        assert answer.distances == pytest.approx([probe[0]])
        assert answer.spread is None
        single = DECISION.answer(references, probe, "equal_error").outcome
        assert single == ("accept" if score > 0 else "reject")


def test_answers_are_no_stronger_than_the_data_support_and_limits_hold_all_the_same() -> None:
    answer = DECISION.answer([[0.0, 0.0]], at(0.01), "review")
    assert answer.llr == {"skilled": 3.0, "random": 3.0}
    assert answer.outcome == "accept"


def test_without_forgeries_the_random_evidence_decides() -> None:
    only = Decision({"random": RANDOM}, 2, 1, policies("random"))
    assert only.kind == "random"
    assert set(only.answer([[0.0, 0.0]], at(1.0), "review").llr) == {"random"}


def test_more_references_than_val_could_show_have_the_limits_of_most() -> None:
    assert DECISION.limits("skilled", 9, "review") == Limits(-1.0, 1.0)
    assert DECISION.limits("skilled", 1, "far_1pct") is None
    answer = DECISION.answer(np.zeros((9, 2)) + np.arange(9)[:, None], at(1.0), "review")
    assert len(answer.distances) == 9
    assert answer.spread == pytest.approx(np.sqrt(2) * 10 / 3)
    with pytest.raises(KeyError, match="far_1pct"):
        DECISION.answer([[0.0, 0.0]], at(1.0), "far_1pct")


def test_as_a_distance_evidence_keeps_its_order_and_is_found_again() -> None:
    score = np.array([-99.0, -29.0, -1.0, 0.0, 2.5, 29.0, 99.0])
    distance = as_distance(score)
    assert (np.diff(distance) < 0).all()
    assert (distance[0], distance[-1]) == (2.0, 0.0)
    np.testing.assert_allclose(as_score(distance)[1:-1], score[1:-1])


def test_comparisons_by_evidence_are_the_answers_to_the_same_claims() -> None:
    vectors = np.random.default_rng(0).normal(size=(9, 2))
    labels = Labels(np.array([0, 0, 0, 0, 1, 1, 1, 0, 1]), np.arange(9) > 6)
    scores = compare(vectors, labels, Draws(1), DECISION.fusion("skilled"))
    found = as_score(scores.skilled.distance)
    expected = [
        DECISION.score("skilled", claim)[0, 0]
        for claim in _claims(vectors, [(0, 7), (1, 7), (2, 7), (3, 7), (4, 8), (5, 8), (6, 8)])
    ]
    np.testing.assert_allclose(found, expected, atol=1e-5)


def _claims(vectors: NDArray[np.float64], pairs: list[tuple[int, int]]) -> list[ClaimFeatures]:
    one = np.ones((1, 1), bool)
    return [describe(vectors[[a]], vectors[[b]], one) for a, b in pairs]


def test_a_calibrated_decision_answers_changed_evidence_at_the_same_limits() -> None:
    references, probe = [[0.0, 0.0]], at(1.5)
    before = DECISION.answer(references, probe, "review")
    changes = {"skilled": Change(0.5, -0.7), "random": Change(offset=0.25)}
    after = DECISION.changed(changes).answer(references, probe, "review")
    assert (before.outcome, after.outcome) == ("review", "review")
    assert after.llr["skilled"] == pytest.approx(0.5 * before.llr["skilled"] - 0.7)
    assert after.llr["random"] == pytest.approx(before.llr["random"] + 0.25)
