"""Open-set identification: strangers must be rejected."""

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols import open_set
from components.evaluate.protocols.open_set import Answers
from components.shared.verification.threshold import Threshold
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(bootstrap=80, draws=6, target=0.25)
KEY = "identification/refs_5/open"


def hand_made() -> Answers:
    # Identities 0 and 1 are enrolled, 2 and 3 are strangers. By distance alone the stranger at 0.25
    # comes before most; the gap tells it.
    identity = np.array([0, 0, 1, 1, 2, 2, 3, 3])
    right = np.array([True, True, True, False, False, False, False, False])
    distance = np.array([0.1, 0.3, 0.4, 0.2, 0.25, 0.6, 0.7, 0.8])
    gap = np.array([0.5, 0.4, 0.3, 0.2, 0.05, 0.1, 0.3, 0.1])
    return Answers(identity, identity >= 2, right, distance, gap)


def rates(found: Answers, threshold: float, gap: float) -> tuple[float, float]:
    """FAR and DIR, probe by probe."""
    accepted = [d <= threshold and g >= gap for d, g in zip(found.distance, found.gap, strict=True)]
    strangers = [a for a, s in zip(accepted, found.stranger, strict=True) if s]
    own = [a and r for a, r, s in zip(accepted, found.right, found.stranger, strict=True) if not s]
    return float(np.mean(strangers)), float(np.mean(own))


def test_distance_and_gap_together_reject_a_stranger_that_distance_alone_accepts() -> None:
    for t in open_set.choose(hand_made(), PARAMS):
        assert t.kind == "identification"
        assert t.smallest_gap is not None
        assert rates(hand_made(), t.threshold, t.smallest_gap) == (0.0, 0.75)
        assert 0.4 <= t.threshold < 0.7
        assert 0.05 < t.smallest_gap <= 0.3


@pytest.mark.parametrize("seed", range(4))
def test_no_other_rule_is_better_on_val_than_the_one_chosen(seed: int) -> None:
    given = made_up(PARAMS, 6, 7, 0, quality=0.8, seed=seed)
    found = open_set.answers(
        given.vectors, given.part.labels, PARAMS.model_copy(update={"draws": 2})
    )
    assert found is not None
    equal, one_percent, quarter = open_set.choose(found, PARAMS)
    every = [rates(found, d, g) for d in [-1.0, *found.distance] for g in [0.0, *found.gap]]
    far, right = rates(found, equal.threshold, equal.smallest_gap or 0)
    assert max(far, 1 - right) == min(max(f, 1 - r) for f, r in every)
    for chosen, allowed in ((one_percent, 0.01), (quarter, 0.25)):
        far, right = rates(found, chosen.threshold, chosen.smallest_gap or 0)
        assert far <= allowed
        assert right == max(r for f, r in every if f <= allowed)


def test_the_rule_is_carried_as_it_is() -> None:
    rule = Threshold("identification", 5, "far_25pct", 0.3, smallest_gap=0.05)
    found = open_set.carry(hand_made(), [rule], PARAMS)
    assert found[f"{KEY}/far_at_threshold"] == 0.25
    assert found[f"{KEY}/dir_at_threshold"] == 0.5
    assert (
        found[f"{KEY}/far_at_threshold_ci_low"] <= 0.25 <= found[f"{KEY}/far_at_threshold_ci_high"]
    )
    assert open_set.carry(hand_made(), [rule._replace(policy="equal_error")], PARAMS) == {}
    assert open_set.carry(hand_made(), [rule._replace(references=3)], PARAMS) == {}


def test_half_of_the_identities_are_strangers_another_half_in_each_draw() -> None:
    given = made_up(PARAMS, 7, 8, 3)
    found = open_set.answers(given.vectors, given.part.labels, PARAMS)
    assert found is not None
    by_draw = np.stack(np.split(found.stranger, PARAMS.draws))
    assert (by_draw.sum(axis=1) == 3 * 3).all()  # 3 of 7 identities, 8 − 5 probes each
    assert len(np.unique(by_draw, axis=0)) > 2
    assert not (found.right & found.stranger).any()


def test_what_is_recognised_at_a_far_is_counted_as_a_loop_counts_it() -> None:
    given = made_up(PARAMS, 8, 8, 0, quality=0.8)
    found = open_set.answers(given.vectors, given.part.labels, PARAMS)
    assert found is not None
    params = PARAMS.model_copy(update={"far": 0.1})
    figures = open_set.figures(found, params)
    reached = [rates(found, d, 0) for d in found.distance]
    best = max(right for far, right in reached if far <= 0.1)
    name = f"{KEY}/dir_at_far_10pct"
    assert figures[name] == pytest.approx(best)
    assert 0.05 < best < 0.95
    assert figures[f"{name}_ci_low"] < best < figures[f"{name}_ci_high"]
    assert figures[f"{KEY}/n_probes"] == 8 * 3 * PARAMS.draws
    assert figures[f"{KEY}/n_stranger_probes"] == 4 * 3 * PARAMS.draws
    curve = open_set.table(open_set.curve(found))
    assert curve.loc[curve["far"] <= 0.1, "dir"].max() == pytest.approx(best)


def test_two_identities_are_too_few_for_strangers() -> None:
    given = made_up(PARAMS, 2, 8, 0)
    assert open_set.answers(given.vectors, given.part.labels, PARAMS) is None


def test_the_second_nearest_must_be_farther_than_the_nearest() -> None:
    same = np.zeros((3 * 7, 8), np.float32)  # a collapsed embedder
    given = made_up(PARAMS, 3, 7, 0)
    found = open_set.answers(same, given.part.labels, PARAMS)
    assert found is not None
    assert not found.right.any()
