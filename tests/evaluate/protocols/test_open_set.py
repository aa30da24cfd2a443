"""Open-set identification: strangers must be rejected."""

from itertools import product

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols import open_set
from components.evaluate.protocols.open_set import Candidates
from components.shared.verification.threshold import Threshold
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=6, target=0.25)
KEY = "identification/refs_5/open"


def hand_made() -> Candidates:
    # Identities 0 and 1 are enrolled, 2 and 3 are strangers. By distance alone the stranger at 0.25
    # comes before most; the gap tells it.
    identity = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    right = np.array([True, True, True, False, False, False, False, False])
    distance = np.array([0.1, 0.3, 0.4, 0.2, 0.25, 0.6, 0.7, 0.8])
    gap = np.array([0.5, 0.4, 0.3, 0.2, 0.05, 0.1, 0.3, 0.1])
    return Candidates(identity, identity >= 2, right, distance, gap)


def rates(candidates: Candidates, threshold: float, gap: float) -> tuple[float, float]:
    """FAR and DIR, probe by probe."""
    accepted = [
        d <= threshold and g >= gap
        for d, g in zip(candidates.distance, candidates.gap, strict=True)
    ]
    strangers = [a for a, s in zip(accepted, candidates.stranger, strict=True) if s]
    own = [
        a and r
        for a, r, s in zip(accepted, candidates.correct, candidates.stranger, strict=True)
        if not s
    ]
    return float(np.mean(strangers)), float(np.mean(own))


def test_distance_and_gap_together_reject_a_stranger_that_distance_alone_accepts() -> None:
    for t in open_set.choose_reject_rules(hand_made(), PARAMS):
        assert t.kind == "identification"
        assert t.smallest_gap is not None
        assert rates(hand_made(), t.threshold, t.smallest_gap) == (0.0, 0.75)
        assert 0.4 <= t.threshold < 0.7
        assert 0.05 < t.smallest_gap <= 0.3


@pytest.mark.parametrize("seed", range(4))
def test_no_other_rule_is_better_on_val_than_the_one_chosen(seed: int) -> None:
    part = made_up(PARAMS, 6, 7, 0, quality=0.8, seed=seed)
    candidates = open_set.find_candidates(
        part.embeddings, part.part.labels, PARAMS.model_copy(update={"draws": 2})
    )
    assert candidates is not None
    equal, one_percent, quarter = open_set.choose_reject_rules(candidates, PARAMS)
    rules = product([-1.0, *candidates.distance], [0.0, *candidates.gap])
    every = [rates(candidates, distance, gap) for distance, gap in rules]
    far, right = rates(candidates, equal.threshold, equal.smallest_gap or 0)
    assert max(far, 1 - right) == min(max(f, 1 - r) for f, r in every)
    for rule, limit in ((one_percent, 0.01), (quarter, 0.25)):
        far, right = rates(candidates, rule.threshold, rule.smallest_gap or 0)
        assert far <= limit
        assert right == max(r for f, r in every if f <= limit)


def test_the_rule_is_carried_as_it_is() -> None:
    rule = Threshold("identification", 5, "far_25pct", 0.3, smallest_gap=0.05)
    metrics = open_set.apply_reject_rules(hand_made(), [rule], PARAMS)
    assert metrics[f"{KEY}/far_at_threshold"] == 0.25
    assert metrics[f"{KEY}/dir_at_threshold"] == 0.5
    assert f"{KEY}/far_at_threshold_ci_low" not in metrics  # of two strangers there is none
    assert open_set.apply_reject_rules(hand_made(), [rule._replace(references=3)], PARAMS) == {}


def test_the_rules_of_other_policies_than_the_targets_are_carried_too() -> None:
    rules = [
        Threshold("identification", 5, "equal_error", 0.6, smallest_gap=0.1),
        Threshold("identification", 5, "far_25pct", 0.3, smallest_gap=0.05),
    ]
    metrics = open_set.apply_reject_rules(hand_made(), rules, PARAMS)
    assert metrics == {
        f"{KEY}/policy/equal_error/far": 0.25,  # the stranger at 0.6
        f"{KEY}/policy/equal_error/dir": 0.75,
        f"{KEY}/far_at_threshold": 0.25,
        f"{KEY}/dir_at_threshold": 0.5,
    }


def test_half_of_the_identities_are_strangers_another_half_in_each_draw() -> None:
    part = made_up(PARAMS, 7, 8, 3)
    candidates = open_set.find_candidates(part.embeddings, part.part.labels, PARAMS)
    assert candidates is not None
    by_draw = np.stack(np.split(candidates.stranger, PARAMS.draws))
    assert (by_draw.sum(axis=1) == 3 * 3).all()  # 3 of 7 identities, 8 − 5 probes each
    assert len(np.unique(by_draw, axis=0)) > 2
    assert not (candidates.correct & candidates.stranger).any()
    for rule in open_set.choose_reject_rules(candidates, PARAMS):
        assert (rule.n_identities, rule.n_impostors) == (7, 3 * 3)
        assert rule.least_far == 3 / (3 * 3)


def test_what_is_recognised_at_a_far_is_counted_as_a_loop_counts_it() -> None:
    part = made_up(PARAMS, 8, 8, 0, quality=0.8)
    candidates = open_set.find_candidates(part.embeddings, part.part.labels, PARAMS)
    assert candidates is not None
    params = PARAMS.model_copy(update={"far": 0.1})
    metrics = open_set.dir_metrics(candidates, params)
    reached = [rates(candidates, d, 0) for d in candidates.distance]
    best = max(right for far, right in reached if far <= 0.1)
    name = f"{KEY}/dir_at_far_10pct"
    assert metrics[name] == pytest.approx(best)
    assert 0.05 < best < 0.95
    assert metrics[f"{name}_ci_low"] < best < metrics[f"{name}_ci_high"]
    assert metrics[f"{KEY}/n_probes"] == 8 * 3 * PARAMS.draws
    assert metrics[f"{KEY}/n_stranger_probes"] == 4 * 3 * PARAMS.draws
    curve = open_set.curve_table(open_set.dir_curve(candidates))
    assert curve.loc[curve["far"] <= 0.1, "dir"].max() == pytest.approx(best)


def test_two_identities_are_too_few_for_strangers() -> None:
    part = made_up(PARAMS, 2, 8, 0)
    assert open_set.find_candidates(part.embeddings, part.part.labels, PARAMS) is None


def test_the_second_nearest_must_be_farther_than_the_nearest() -> None:
    same = np.zeros((3 * 7, 8), np.float32)  # a collapsed embedder
    part = made_up(PARAMS, 3, 7, 0)
    candidates = open_set.find_candidates(same, part.part.labels, PARAMS)
    assert candidates is not None
    assert not candidates.correct.any()
