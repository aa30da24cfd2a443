"""A decision on identities that it was not fitted to."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np
import pytest

from components.evaluate.decision import carried, fitting, identification
from components.evaluate.decision.carried import Carried, apply_decision, apply_with_searches
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import ComparedPart, Metrics, compare_part
from components.evaluate.scoring import verification
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.evaluate.scoring.verification import Limits
from components.shared.verification.decision import Decision
from components.shared.verification.likelihood_ratio import cllr
from tests.evaluate.decision.populations import Population, draw

PARAMS = EvaluateParams(draws=3, references=4)


class Applied(NamedTuple):
    decision: Decision
    part: ComparedPart
    metrics: Metrics


def part_of(population: Population) -> ComparedPart:
    vectors, labels = population
    names = [f"writer-{number:02}" for number in np.unique(labels.identity)]
    part = EvaluationSet(
        np.arange(len(vectors)), names, labels.identity.astype(np.intp), labels.forged
    )
    return compare_part(part, vectors.astype(np.float32), PARAMS)


@pytest.fixture(scope="module")
def applied() -> Applied:
    found = fitting.fit(*draw(8), PARAMS, 1, 0.15)
    assert found is not None
    part = part_of(draw(12, seed=1))
    return Applied(found.decision, part, apply_decision(part, found.decision, PARAMS).metrics)


def test_each_claim_is_decided_as_the_decision_answers_it(applied: Applied) -> None:
    """Every pair of genuine images, and each of one with a forgery, one by one."""
    vectors, part = applied.part.embeddings.astype(np.float64), applied.part.part
    accepted: dict[bool, list[bool]] = {True: [], False: []}
    reviewed: dict[bool, list[bool]] = {True: [], False: []}
    llrs: dict[bool, list[float]] = {True: [], False: []}
    for reference in np.flatnonzero(~part.forged):
        for probe in np.flatnonzero(part.identity == part.identity[reference]):
            forged = bool(part.forged[probe])
            if not forged and probe <= reference:
                continue
            own = vectors[[reference]]
            answer = applied.decision.answer(own, vectors[probe], "equal_error")
            accepted[forged].append(answer.outcome == "accept")
            llrs[forged].append(answer.llr["skilled"])
            outcome = applied.decision.answer(own, vectors[probe], "review").outcome
            reviewed[forged].append(outcome == "review")
    key, metrics = "decision/skilled/refs_1", applied.metrics
    assert metrics[f"{key}/far_at_threshold"] == pytest.approx(np.mean(accepted[True]))
    assert metrics[f"{key}/frr_at_threshold"] == pytest.approx(1 - np.mean(accepted[False]))
    review = f"{key}/policy/review"
    assert metrics[f"{review}/impostors_reviewed"] == pytest.approx(np.mean(reviewed[True]))
    assert metrics[f"{review}/genuine_reviewed"] == pytest.approx(np.mean(reviewed[False]))
    expected = cllr(llrs[False], llrs[True])
    assert metrics[f"{key}/cllr"] == pytest.approx(expected, abs=1e-4)


def test_every_policy_is_carried_with_an_interval_for_each_kind_and_number(
    applied: Applied,
) -> None:
    metrics = applied.metrics
    for kind in ("skilled", "random"):
        for references in (1, 4):
            key = f"decision/{kind}/refs_{references}"
            for policy in ("far_1pct", "cost", "review"):
                for rate in ("far", "frr"):
                    name = f"{key}/policy/{policy}/{rate}"
                    low, high = metrics[f"{name}_ci_low"], metrics[f"{name}_ci_high"]
                    assert 0 <= low <= metrics[name] <= high <= 1
            for figure in ("eer", "cllr", "eer_gain"):
                assert f"{key}/{figure}_ci_low" in metrics
            loss = metrics[f"{key}/cllr"] - metrics[f"{key}/cllr_min"]
            assert metrics[f"{key}/calibration_loss"] == pytest.approx(max(loss, 0))


def test_the_gain_is_the_difference_of_both_equal_error_rates(applied: Applied) -> None:
    for v in applied.part.verifications:
        key = f"decision/{v.kind}/refs_{v.references}"
        expected = v.scored.eer().rate - applied.metrics[f"{key}/eer"]
        assert applied.metrics[f"{key}/eer_gain"] == pytest.approx(expected)


def test_without_a_decision_or_comparisons_there_are_no_figures(applied: Applied) -> None:
    assert apply_decision(applied.part, None, PARAMS) == Carried({}, [])
    nothing = applied.part._replace(verifications=[])
    assert apply_decision(nothing, applied.decision, PARAMS) == Carried({}, [])


def test_searches_are_figures_beside_those_of_claims(applied: Applied) -> None:
    searches = identification.choose(applied.decision, applied.part, PARAMS)
    decision = replace(applied.decision, searches=searches)
    both = apply_with_searches(applied.part, decision, PARAMS)
    assert both.metrics == applied.metrics | identification.metrics([*both.searches], PARAMS)
    assert {row.gallery_size for row in both.searches} == {1, 3, 10, 11}
    assert apply_with_searches(applied.part, None, PARAMS) == Carried({}, [])


def test_evidence_does_not_depend_on_what_fits_in_memory(
    applied: Applied, monkeypatch: pytest.MonkeyPatch
) -> None:
    labels = applied.part.part.labels
    before = carried.verify(applied.decision, applied.part.embeddings, labels, PARAMS)
    monkeypatch.setattr(verification, "LIMITS", Limits(in_memory=0))
    after = carried.verify(applied.decision, applied.part.embeddings, labels, PARAMS)
    for one, other in zip(before, after, strict=True):
        assert other.out_of_core is not None
        assert other.scored.eer().rate == pytest.approx(one.scored.eer().rate, abs=1e-9)
