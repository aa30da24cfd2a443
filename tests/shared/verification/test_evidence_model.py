"""The weighted sum of a claim's terms."""

import numpy as np
import pytest

from components.shared.verification.claim_features import ClaimFeatures, describe
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import (
    FULL,
    PLAIN,
    SIGNS,
    Change,
    EvidenceModel,
    Shift,
    columns,
    reliability,
    shift,
)

RANDOM = np.random.default_rng(0)
GENUINE = RANDOM.normal(size=(8, 6))
PROBES = RANDOM.normal(size=(4, 6))
WEIGHTS = {
    "constant": 0.5,
    "references": 1.0,
    "centre_of_one": -6.0,
    "centre": -8.0,
    "nearest": -4.0,
    "spread": 7.0,
    "variety": 3.0,
}
MODEL = EvidenceModel(WEIGHTS, Bounds(-4.0, 4.0))


def claim(references: int) -> ClaimFeatures:
    drawn = np.zeros((1, 8), bool)
    drawn[0, :references] = True
    return describe(GENUINE, PROBES, drawn, parts=2)


def test_the_score_is_the_sum_of_terms_written_out() -> None:
    for references in (1, 2, 5):
        own = claim(references)
        r = (references - 1) / (references + 1)
        expected = (
            0.5
            + r
            - 6 * (1 - r) * own.centre
            + r * (-8 * own.centre - 4 * own.nearest + 7 * own.spread[0])
            + 3 * own.variety[0]
        )
        np.testing.assert_allclose(MODEL.score(own, 16), expected)


def test_a_single_reference_has_no_spread_and_is_weighed_by_its_own_weight() -> None:
    assert reliability(1) == 0
    only = EvidenceModel({"centre": -8.0, "nearest": -4.0, "spread": 7.0}, Bounds(-1, 1))
    assert not only.score(claim(1), 16).any()


def test_with_more_references_than_were_seen_the_weights_are_those_of_most() -> None:
    own = claim(7)
    as_of_three = own._replace(references=3)
    np.testing.assert_allclose(MODEL.score(own, 3), MODEL.score(as_of_three, 16))


def test_a_farther_probe_never_has_more_evidence_under_weights_of_the_right_signs() -> None:
    near = GENUINE[:4].mean(axis=0) + 0.1 * PROBES[0]
    farther = np.stack([GENUINE[:4].mean(axis=0) + step * PROBES[0] for step in (8, 16, 32)])
    drawn = np.arange(8)[None] < 4
    scores = MODEL.score(describe(GENUINE, np.vstack([near, farther]), drawn, 2), 16)[0]
    assert (np.diff(scores) < 0).all()
    assert {name for name, weight in WEIGHTS.items() if weight < 0} == {
        name for name, sign in SIGNS.items() if sign < 0 and name in WEIGHTS
    }


def test_columns_times_weights_are_the_score() -> None:
    own = claim(3)
    weights = np.array([WEIGHTS[name] for name in FULL])
    np.testing.assert_allclose(columns(own, FULL) @ weights, MODEL.score(own, 16))
    assert columns(own, PLAIN).shape == (1, 4, 4)


def test_a_shift_of_all_distances_is_undone_by_its_opposite() -> None:
    own = claim(3)
    back = shift(shift(own, Shift(0.2, 0.1)), Shift(-0.2, -0.1))
    for name in ("mean", "centre", "nearest", "spread", "variety"):
        np.testing.assert_allclose(getattr(back, name), getattr(own, name), atol=1e-12)


def test_scaled_embeddings_are_a_shift_of_distance_and_variety() -> None:
    drawn = np.arange(8)[None] < 3
    scaled = describe(1.25 * GENUINE, 1.25 * PROBES, drawn, 2)
    by = float(np.log(1.25))
    expected = MODEL.score(shift(claim(3), Shift(by, by)), 16)
    assert MODEL.score(scaled, 16) == pytest.approx(expected)


def test_a_change_scales_and_moves_all_evidence() -> None:
    for model in (MODEL, EvidenceModel({"mean": -4.0}, MODEL.bounds)):
        changed = model.changed(Change(factor=1.5, offset=-0.2))
        np.testing.assert_allclose(
            changed.score(claim(3), 16), 1.5 * model.score(claim(3), 16) - 0.2
        )
        assert changed.bounds == model.bounds
