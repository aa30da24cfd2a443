"""Thresholds are chosen on val and carried to test."""

from dataclasses import replace

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.threshold_choice import carry, choose
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import rates_at
from components.shared.verification.threshold import Threshold
from tests.evaluate.scoring.test_verification import group, hand_made

TEST = Verification(
    "skilled", 1, group((0, 0.3), (0, 0.6)), group((0, 0.5), (0, 0.8), (0, 0.9), (0, 1.0))
)


def test_thresholds_of_val_are_applied_to_test_as_they_are() -> None:
    params = EvaluateParams(far=0.25)
    chosen = choose([hand_made()], params)
    assert chosen[0] == Threshold(
        "skilled", 1, "equal_error", 0.5625
    )  # the middle of 0.5 and 0.625
    assert chosen[1].policy == "far_25pct"
    assert 0.375 <= chosen[1].threshold < 0.5
    assert carry([TEST], chosen, params) == {
        "verification/skilled/refs_1/far_at_threshold": 0.25,
        "verification/skilled/refs_1/frr_at_threshold": 0.5,
    }
    assert carry([replace(TEST, references=5)], chosen, params) == {}
    assert carry([replace(TEST, kind="random")], chosen, params) == {}


def test_a_target_far_chooses_the_largest_threshold_that_keeps_it_on_val() -> None:
    params = EvaluateParams(far=0.01, target=0.5)
    chosen = choose([hand_made()], params)
    assert [t.policy for t in chosen] == ["equal_error", "far_1pct", "far_50pct"]
    assert chosen[2].threshold == 0.75  # the impostors are 0.375, 0.5, 0.875 and 1
    assert carry([TEST], chosen, params) == {
        "verification/skilled/refs_1/far_at_threshold": 0.25,
        "verification/skilled/refs_1/frr_at_threshold": 0.0,
    }


def test_a_target_that_is_a_policy_already_is_named_once() -> None:
    assert [t.policy for t in choose([hand_made()], EvaluateParams(target=0.01))] == [
        "equal_error",
        "far_1pct",
    ]


@pytest.mark.parametrize("target", [0.02, 0.1, 0.3])
def test_what_is_carried_lies_within_its_interval(target: float) -> None:
    rng = np.random.default_rng(0)
    identity = np.repeat(np.arange(12), 20).astype(np.int32)
    ease = rng.normal(0, 0.4, 12)[identity]

    def scores(mean: float) -> Scores:
        return Scores((rng.normal(mean, 1, len(identity)) + ease).astype(np.float32), identity)

    params = EvaluateParams(target=target, bootstrap=200)
    val, test = (Verification("random", 5, scores(0), scores(2)) for _ in range(2))
    (threshold,) = [t.threshold for t in choose([val], params) if t.policy == params.target_name]
    found = carry([test], choose([val], params), params)
    rates = rates_at(test.genuine.distance, test.impostor.distance, threshold)
    for name, rate in zip(("far", "frr"), rates, strict=True):
        key = f"verification/random/refs_5/{name}_at_threshold"
        assert found[key] == rate
        assert found[f"{key}_ci_low"] < rate < found[f"{key}_ci_high"]
