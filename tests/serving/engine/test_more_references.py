"""How many references would help, from evidence whose distribution is known."""

import numpy as np
import pytest

from components.shared.verification.decision import Decision, Policy, Usual
from components.shared.verification.decision_limits import Limits
from components.shared.verification.evidence_bounds import Bounds
from components.shared.verification.evidence_model import EvidenceModel
from serving.engine.more_references import advise


def decision(means: list[float], deviation: float = 1.0) -> Decision:
    """One whose limit is 0 with any number of references, and whose usual evidence has means."""
    counts = range(1, len(means) + 1)
    policies = [Policy("random", n, "equal_error", Limits.single(0.0), 9, 9, 0.1) for n in counts]
    usual = [Usual("random", n, means[n - 1], deviation, 0.1) for n in counts]
    models = {"random": EvidenceModel({}, Bounds(-1, 1))}
    return Decision(models, len(means), 1, policies, usual)


def test_the_fewest_references_are_told_that_bring_four_fifths_of_what_more_can_bring() -> None:
    # Accepted: 50.0, 69.1, 84.1, 93.3, 97.7 %; four fifths of 47.7 are 38.2.
    found = advise(decision([0.0, 0.5, 1.0, 1.5, 2.0]), 1, "equal_error")
    assert found is not None
    assert found.references == 4
    draws = np.random.default_rng(0).normal(size=1_000_000)
    assert found.accepted_now == pytest.approx((draws >= 0).mean(), abs=0.002)
    assert found.accepted_then == pytest.approx((draws + 1.5 >= 0).mean(), abs=0.002)


def test_nothing_is_told_where_more_would_not_help() -> None:
    assert advise(decision([0.0, 0.01]), 1, "equal_error") is None
    assert advise(decision([1.0, 0.5]), 1, "equal_error") is None
    assert advise(decision([0.0, 3.0]), 2, "equal_error") is None
    assert advise(decision([0.0, 3.0]), 9, "equal_error") is None
    assert advise(decision([]), 1, "equal_error") is None


def test_evidence_that_does_not_vary_is_accepted_or_not() -> None:
    found = advise(decision([-1.0, 1.0], deviation=0.0), 1, "equal_error")
    assert found is not None
    assert tuple(found) == (2, 0.0, 1.0)


def test_an_unknown_policy_is_refused() -> None:
    with pytest.raises(KeyError, match="far_1pct"):
        advise(decision([0.0, 1.0]), 1, "far_1pct")
