"""Thresholds are thresholds on val and carried to test."""

from dataclasses import replace

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.threshold_choice import apply_thresholds, choose_thresholds
from components.evaluate.scoring.verification import Verification
from components.shared.verification.comparisons import Scores
from components.shared.verification.error_rates import rates_at
from components.shared.verification.metric_names import carried_rate
from components.shared.verification.rule_of_three import beyond_evidence
from components.shared.verification.threshold import Threshold
from tests.evaluate.scoring.test_verification import group, hand_made

KEY = "verification/skilled/refs_1"
TEST = Verification(
    "skilled", 1, group((0, 0.3), (0, 0.6)), group((0, 0.5), (0, 0.8), (0, 0.9), (0, 1.0))
)


def test_thresholds_of_val_are_applied_to_test_as_they_are() -> None:
    params = EvaluateParams(far=0.25)
    thresholds = choose_thresholds([hand_made()], params)
    counts = thresholds[0][-3:]
    assert counts == (2, 4, 3 / 4)  # identities, impostors, and three errors among them
    assert thresholds[0] == Threshold(
        "skilled", 1, "equal_error", 0.5625, "val", None, *counts
    )  # the middle of 0.5 and 0.625
    assert beyond_evidence(thresholds[1])
    assert thresholds[1].policy == "far_25pct"
    assert 0.375 <= thresholds[1].threshold < 0.5
    assert apply_thresholds([TEST], thresholds, params) == {
        f"{KEY}/far_at_threshold": 0.25,
        f"{KEY}/frr_at_threshold": 0.5,
        f"{KEY}/policy/far_25pct/far": 0.0,
        f"{KEY}/policy/far_25pct/frr": 0.5,
    }
    assert apply_thresholds([replace(TEST, references=5)], thresholds, params) == {}
    assert apply_thresholds([replace(TEST, kind="random")], thresholds, params) == {}


def test_a_target_far_chooses_the_largest_threshold_that_keeps_it_on_val() -> None:
    params = EvaluateParams(far=0.01, target=0.5)
    thresholds = choose_thresholds([hand_made()], params)
    assert [t.policy for t in thresholds] == ["equal_error", "far_1pct", "far_50pct"]
    assert thresholds[1].threshold < 0.3  # none of the genuine distances of test
    assert thresholds[2].threshold == 0.75  # the impostors are 0.375, 0.5, 0.875 and 1
    assert apply_thresholds([TEST], thresholds, params) == {
        f"{KEY}/policy/equal_error/far": 0.25,
        f"{KEY}/policy/equal_error/frr": 0.5,
        f"{KEY}/policy/far_1pct/far": 0.0,
        f"{KEY}/policy/far_1pct/frr": 1.0,
        f"{KEY}/far_at_threshold": 0.25,
        f"{KEY}/frr_at_threshold": 0.0,
    }


def test_a_target_that_is_a_policy_already_is_named_once() -> None:
    assert [t.policy for t in choose_thresholds([hand_made()], EvaluateParams(target=0.01))] == [
        "equal_error",
        "far_1pct",
    ]


def test_draws_of_the_references_add_no_impostors_to_what_val_can_show() -> None:
    impostors = group(*[(0, 0.5)] * 30, *[(1, 0.7)] * 30)
    several = replace(hand_made(), references=5, impostor=impostors)
    (threshold, _) = choose_thresholds([several], EvaluateParams(draws=10))
    assert (threshold.n_impostors, threshold.least_far) == (6, 3 / 6)


@pytest.mark.parametrize("target", [0.02, 0.1, 0.3])
def test_what_is_carried_of_every_policy_lies_within_its_interval(target: float) -> None:
    rng = np.random.default_rng(0)
    identity = np.repeat(np.arange(12), 20).astype(np.int32)
    ease = rng.normal(0, 0.4, 12)[identity]

    def scores(mean: float) -> Scores:
        return Scores((rng.normal(mean, 1, len(identity)) + ease).astype(np.float32), identity)

    params = EvaluateParams(far=0.2, target=target)
    val = Verification("random", 5, scores(0), scores(2))
    test = Verification("random", 5, scores(0), scores(2))
    thresholds = choose_thresholds([val], params)
    metrics = apply_thresholds([test], thresholds, params)
    assert len(thresholds) == 3
    for threshold in thresholds:
        rates = rates_at(test.genuine.distance, test.impostor.distance, threshold.threshold)
        for name, rate in zip(("far", "frr"), rates, strict=True):
            key = carried_rate(test.key, name, threshold.policy, params.target_name)
            assert metrics[key] == rate
            assert metrics[f"{key}_ci_low"] < rate < metrics[f"{key}_ci_high"]


def test_a_policy_that_params_do_not_name_is_carried_too() -> None:
    shipped = Threshold("skilled", 1, "far_0.1pct", 0.5)
    assert apply_thresholds([TEST], [shipped], EvaluateParams()) == {
        f"{KEY}/policy/far_0.1pct/far": 0.25,
        f"{KEY}/policy/far_0.1pct/frr": 0.5,
    }
