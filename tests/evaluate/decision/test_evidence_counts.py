"""The distributions of a decision's evidence on test."""

import numpy as np

from components.evaluate.decision.carried import apply_decision
from components.evaluate.decision.deciding import decide
from components.evaluate.decision.evidence_counts import count_evidence
from components.evaluate.params import EvaluateParams
from components.shared.verification.claim_features import describe
from components.shared.verification.distributions import EDGES
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=2, references=3)


def test_each_comparison_is_counted_by_the_evidence_that_would_decide_it() -> None:
    """Every pair of one reference, one by one, against histograms."""
    part = made_up(PARAMS, 6, 7, 4)
    decision = decide(part, PARAMS, parts=1)[0].chosen
    assert decision is not None
    rows = count_evidence(apply_decision(part, decision, PARAMS).verified)
    assert [(row.kind, row.references) for row in rows] == [
        ("skilled", 1), ("skilled", 3), ("random", 1), ("random", 3),
    ]  # fmt: skip
    vectors, images = part.embeddings.astype(np.float64), part.part
    found: dict[bool, list[float]] = {True: [], False: []}
    for reference in np.flatnonzero(~images.forged):
        for probe in np.flatnonzero(images.identity == images.identity[reference]):
            forged = bool(images.forged[probe])
            if forged or probe > reference:
                one = np.ones((1, 1), bool)
                claim = describe(vectors[[reference]], vectors[[probe]], one, 1)
                found[forged].append(decision.score("skilled", claim)[0, 0])
    edges = [-np.inf, *EDGES, np.inf]
    assert rows[0].genuine == tuple(np.histogram(found[False], edges)[0])
    assert rows[0].impostor == tuple(np.histogram(found[True], edges)[0])
    assert (sum(rows[0].genuine), sum(rows[0].impostor)) == (6 * 21, 6 * 28)
    assert {row.n_identities for row in rows} == {6}


def test_without_a_decision_nothing_is_counted() -> None:
    part = made_up(PARAMS, 6, 7, 4)
    assert count_evidence(apply_decision(part, None, PARAMS).verified) == []
