"""Comparisons in memory: rates worked out by hand, each computed once."""

import numpy as np
import pytest

from components.shared.verification import error_rates
from components.shared.verification.comparisons import Scores
from components.shared.verification.in_memory import InMemoryScores

GENUINE = Scores(np.array([1, 2, 4], np.float32), np.array([0, 0, 1], np.int32))
IMPOSTOR = Scores(np.array([3, 5], np.float32), np.array([0, 1], np.int32))


def test_rates_are_those_worked_out_by_hand() -> None:
    # FAR and FRR: 0 and 1/3 at 2, 1/2 and 1/3 at 3, 1/2 and 0 at 4.
    scores = InMemoryScores(GENUINE, IMPOSTOR)
    assert scores.eer() == pytest.approx((1 / 3, 2 + 2 / 3))
    assert scores.at_far(0.01) == pytest.approx((1 / 3, 2))
    assert scores.at_far(0.5) == pytest.approx((0, 4))
    assert scores.auc() == pytest.approx(5 / 6)
    assert scores.user_eers() == {0: 0.0, 1: 0.0}


def test_a_rate_that_was_computed_is_not_computed_again(monkeypatch: pytest.MonkeyPatch) -> None:
    scores = InMemoryScores(GENUINE, IMPOSTOR)
    answers = scores.eer(), scores.at_far(0.01), scores.user_eers(), scores.names
    for name in ("roc", "eer"):
        monkeypatch.delattr(error_rates, name)
    assert (scores.eer(), scores.at_far(0.01), scores.user_eers()) == answers[:3]
    assert scores.names is answers[3]
