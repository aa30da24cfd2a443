"""The embeddings of a claim and its evidence."""

import numpy as np
import pytest
from numpy.typing import ArrayLike

from serving.engine.claims import claim, evidence
from tests.serving.bundles import DECISION


def test_the_evidence_is_that_which_the_decision_answers_within_its_bounds() -> None:
    rng = np.random.default_rng(0)
    for references in (1, 2, 3, 7):
        own, probe = rng.normal(size=(references, 4)), rng.normal(size=4)
        found = evidence(DECISION, claim(own, probe, 4))
        answer = DECISION.answer(own, probe, "review")
        bounded = {kind: float(DECISION.llr(kind, score)) for kind, score in found.items()}
        assert bounded == answer.llr


@pytest.mark.parametrize(
    ("references", "probe", "reason"),
    [
        (np.zeros((0, 4)), np.zeros(4), r"references of shape \(0, 4\)"),
        (np.zeros((2, 5)), np.zeros(4), r"references of shape \(2, 5\), not \[k ≥ 1, 4\]"),
        (np.zeros(4), np.zeros(4), r"references of shape \(4,\)"),
        (np.zeros((2, 4)), np.zeros((1, 4)), r"a probe of shape \(1, 4\), not \[4\]"),
        (np.full((2, 4), np.nan), np.zeros(4), "not finite"),
        (np.zeros((2, 4)), np.full(4, np.inf), "not finite"),
    ],
)
def test_s21_embeddings_of_another_space_are_refused(
    references: ArrayLike, probe: ArrayLike, reason: str
) -> None:
    with pytest.raises(ValueError, match=reason):
        claim(references, probe, 4)
