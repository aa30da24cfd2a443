"""Weights of a claim's terms."""

from dataclasses import replace

import numpy as np
import pytest

from components.evaluate.decision import weights
from components.evaluate.decision.claims import GENUINE, NAMES, SKILLED, Claims, describe_claims
from components.shared.verification.evidence_model import FULL, PLAIN, SIGNS, Shift
from components.shared.verification.sampling import Draws
from tests.evaluate.decision.populations import draw


def claims_of(identities: int = 30, seed: int = 0) -> Claims:
    vectors, labels = draw(identities, seed=seed)
    claims = describe_claims(vectors, labels, Draws(6, number=3), 1, Shift(1.0, 0.3))
    return claims.select(np.isin(claims.kind, (GENUINE, SKILLED)))


CLAIMS = claims_of()


def test_evidence_of_gaussian_scores_is_their_log_likelihood_ratio() -> None:
    """Means −1 and 1, deviation 1: the log-likelihood ratio of x is −2x."""
    random = np.random.default_rng(0)
    distance = np.concatenate([random.normal(-1, 1, 40_000), random.normal(1, 1, 40_000)])
    terms = np.zeros((80_000, len(NAMES)), np.float32)
    terms[:, NAMES.index("constant")] = 1
    terms[:, NAMES.index("mean_of_one")] = distance
    numbers = np.arange(80_000, dtype=np.int32)
    kind = np.repeat(np.array([GENUINE, SKILLED], np.int8), 40_000)
    ones = np.ones(80_000, np.int32)
    simple = Claims(terms, np.zeros_like(terms), ones, numbers, numbers, numbers, kind)
    found = weights.fit(simple, PLAIN, 0.0)
    assert found == pytest.approx({"constant": 0.0, "mean_of_one": -2.0}, abs=0.05)


def test_no_weight_has_the_wrong_sign() -> None:
    for shift in (0.0, 0.15):
        found = weights.fit(CLAIMS, FULL, shift)
        assert {"constant", "centre", "spread"} <= set(found)
        for name, weight in found.items():
            assert weight * SIGNS.get(name, weight) >= 0


def test_a_term_whose_weight_would_have_the_wrong_sign_is_left_out() -> None:
    terms = CLAIMS.terms.copy()
    terms[:, NAMES.index("variety")] = np.where(CLAIMS.kind == GENUINE, 0.0, 1.0)
    assert "variety" not in weights.fit(replace(CLAIMS, terms=terms), FULL, 0.0)


def test_both_sides_and_all_numbers_of_references_count_alike() -> None:
    """Every claim of an impostor thrice, and every one with two references, changes nothing."""
    rows = np.arange(len(CLAIMS.kind))
    more = np.concatenate([rows, np.repeat(rows[CLAIMS.kind == SKILLED], 2)])
    more = np.concatenate([more, more[CLAIMS.references[more] == 2]])
    found, expected = weights.fit(CLAIMS.select(more), FULL, 0.1), weights.fit(CLAIMS, FULL, 0.1)
    assert set(found) == set(expected)
    for name, weight in found.items():
        assert weight == pytest.approx(expected[name], rel=0.25, abs=0.25)


def test_the_more_a_scanner_may_shift_the_less_bare_distances_count() -> None:
    """The sum of the weights of all distances is what a shift of all of them does."""
    sums = []
    for shift in (0.0, 0.1, 0.3):
        found = weights.fit(CLAIMS, FULL, shift)
        sums.append(found["centre"] + found.get("nearest", 0.0) + found["spread"])
    assert sums[0] < sums[1] < sums[2] < 0


def test_the_variety_of_few_identities_is_believed_less_than_that_of_many(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    noise = np.random.default_rng(0).normal(size=len(CLAIMS.kind))
    terms = CLAIMS.terms.copy()
    terms[:, NAMES.index("variety")] = noise + (CLAIMS.kind == GENUINE)
    claims = replace(CLAIMS, terms=terms)
    few = claims.select(claims.identity < 3)
    believed = [weights.fit(each, FULL, 0.0)["variety"] for each in (few, claims)]
    monkeypatch.setattr(weights, "PRIOR", {})
    by_wide_prior = [weights.fit(each, FULL, 0.0)["variety"] for each in (few, claims)]
    assert 0 < believed[0] / by_wide_prior[0] < believed[1] / by_wide_prior[1] < 1


def test_scores_are_terms_times_weights() -> None:
    found = weights.scores(CLAIMS, {"constant": 1.0, "centre": -2.0})
    expected = 1 - 2 * CLAIMS.terms[:, NAMES.index("centre")]
    np.testing.assert_allclose(found, expected, rtol=1e-5)
