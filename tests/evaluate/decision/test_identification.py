"""The policy of searches, chosen on made-up identities and measured on others."""

from dataclasses import replace

import numpy as np
import pytest

from components.evaluate.decision import identification
from components.evaluate.params import EvaluateParams
from components.shared.verification.decision import Decision, Policy
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from components.shared.verification.identification_policy import SearchPolicy
from components.shared.verification.identification_rates import SearchRates
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=3, references=4)
QUALITY = 3.0
POLICIES = ("equal_error", "far_1pct", "cost", "review")


VAL = made_up(PARAMS, 25, 9, 4, QUALITY)


def fitted(claim_limit: float) -> Decision:
    """A decision whose claims are accepted from a limit on, with searches chosen on `VAL`."""
    weights = {"constant": 1.0, "references": 1.0, "centre_of_one": -6.0, "centre": -6.0}
    model = EvidenceModel(weights, Bounds(-9, 9))
    claims = [
        Policy(kind, references, policy, Limits.single(claim_limit), 25, 600, 0.01)
        for kind in ("skilled", "random")
        for references in (1, 4)
        for policy in PARAMS.decision_policies
    ]
    decision = Decision({"skilled": model, "random": model}, 8, 1, claims)
    return replace(decision, searches=identification.choose(decision, VAL, PARAMS))


@pytest.fixture(scope="module")
def decision() -> Decision:
    """By which no claim is refused: the limits of searches alone decide."""
    return fitted(-99)


@pytest.fixture(scope="module")
def rates(decision: Decision) -> list[SearchRates]:
    return identification.measure(decision, made_up(PARAMS, 40, 9, 4, QUALITY, seed=1), PARAMS)


def of(rows: list[SearchPolicy], references: int, policy: str) -> list[SearchPolicy]:
    return [row for row in rows if (row.references, row.policy) == (references, policy)]


def test_limits_are_chosen_for_each_size_up_to_all_others_of_val(decision: Decision) -> None:
    rows = list(decision.searches)
    assert {row.policy for row in rows} == set(POLICIES)
    for references in (1, 4):
        for policy in POLICIES:
            own = of(rows, references, policy)
            assert [row.gallery_size for row in own] == [1, 3, 10, 24]
            assert {row.n_identities for row in own} == {25}
            assert {25 * (9 - references) <= row.n_probes <= 25 * 9 for row in own} == {True}
            assert all(row.limits.low <= row.limits.high for row in own)
    review = [row.limits for row in rows if row.policy == "review"]
    assert any(limits.low < limits.high for limits in review)


def test_more_people_ask_for_more_evidence(decision: Decision) -> None:
    for references in (1, 4):
        limits = [row.limits.high for row in of(list(decision.searches), references, "far_1pct")]
        assert limits == sorted(limits)
        assert limits[-1] > limits[0] + 1


def test_on_val_itself_the_aims_are_kept(decision: Decision) -> None:
    review = PARAMS.decision.review
    for row in identification.measure(decision, VAL, PARAMS):
        if row.policy == "equal_error":
            assert row.fpir.value == pytest.approx(row.fnir.value, abs=0.02)
        if row.policy == "far_1pct":
            assert row.fpir.value <= 0.01 + 1e-12
        if row.policy == "review":
            assert row.fpir.value <= review.false_accepts + 1e-12


def test_on_other_people_the_rates_are_near_to_what_was_asked_for(
    rates: list[SearchRates],
) -> None:
    for row in rates:
        assert row.n_identities == 40
        for rate in (row.fpir, row.fnir):
            assert rate.low is not None
            assert rate.high is not None
            assert 0 <= rate.low <= rate.value <= rate.high <= 1
        if row.policy == "far_1pct":
            assert row.fpir.low is not None
            assert row.fpir.low < 0.02
        if row.policy != "review":
            assert row.strangers_reviewed.value == row.enrolled_reviewed.value == 0


def test_nobody_is_found_whose_claim_would_be_refused() -> None:
    refusing = fitted(99)
    for row in identification.measure(refusing, VAL, PARAMS):
        assert (row.fpir.value, row.fnir.value) == (0, 1)


def test_more_references_miss_fewer(rates: list[SearchRates]) -> None:
    misses = {(row.references, row.gallery_size, row.policy): row.fnir.value for row in rates}
    for size in (1, 10, 24):
        assert misses[4, size, "equal_error"] < misses[1, size, "equal_error"]


def test_the_targets_rates_are_figures(rates: list[SearchRates]) -> None:
    figures = identification.metrics(rates, PARAMS)
    name = "identification/refs_4/gallery_10/fpir_at_threshold"
    (row,) = [
        row
        for row in rates
        if (row.references, row.gallery_size, row.policy) == (4, 10, "equal_error")
    ]
    assert figures[name] == row.fpir.value
    assert figures[f"{name}_ci_low"] == row.fpir.low
    assert figures["identification/refs_4/gallery_10/fnir_at_threshold"] == row.fnir.value
    assert figures["identification/refs_4/gallery_10/n_probes"] == rates[-1].n_probes
    assert len(figures) == 2 * 4 * 8
    assert all(np.isfinite(list(figures.values())))


def test_a_test_smaller_than_val_measures_the_smaller_galleries(decision: Decision) -> None:
    few = identification.measure(decision, made_up(PARAMS, 8, 9, 4, QUALITY, seed=2), PARAMS)
    assert {row.gallery_size for row in few} == {1, 3}
    assert identification.measure(decision, made_up(PARAMS, 2, 9, 4, QUALITY), PARAMS) == []


def test_of_two_identities_no_limits_are_chosen(decision: Decision) -> None:
    assert identification.choose(decision, made_up(PARAMS, 2, 9, 4), PARAMS) == []
