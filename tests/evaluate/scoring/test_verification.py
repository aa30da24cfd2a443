"""The figures of verification on hand-some comparisons."""

from dataclasses import replace

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.threshold_choice import choose_thresholds
from components.evaluate.scoring.verification import Limits, Verification, figures, verifications
from components.shared.verification.comparisons import Scores
from components.shared.verification.sampling import Draws, Labels

FAR = 0.01
DRAWS = [Draws(1), Draws(5, number=10)]


def group(*pairs: tuple[int, float]) -> Scores:
    return Scores(
        np.array([d for _, d in pairs], np.float32), np.array([i for i, _ in pairs], np.int32)
    )


def hand_made() -> Verification:
    # Identity 0 is separable at 0.25, identity 1 at 0.75; one threshold for both errs on half of
    # each sort.
    genuine = group((0, 0.125), (0, 0.25), (1, 0.625), (1, 0.75))
    impostor = group((0, 0.375), (0, 0.5), (1, 0.875), (1, 1.0))
    return Verification("skilled", 1, genuine, impostor)


def test_a_threshold_of_their_own_serves_identities_better_than_one_for_all() -> None:
    rates = figures(hand_made(), FAR)
    assert rates == {
        "verification/skilled/refs_1/eer": 0.5,
        "verification/skilled/refs_1/eer_user": 0.0,
        "verification/skilled/refs_1/auc": 12 / 16,
        "verification/skilled/refs_1/frr_at_far_1pct": 0.5,
        "verification/skilled/refs_1/n_identities": 2,
        "verification/skilled/refs_1/n_pairs": 8,
    }


def test_an_identity_without_impostors_counts_in_the_pool_only() -> None:
    v = hand_made()
    more = Scores(
        np.append(v.genuine.distance, np.float32(2)), np.append(v.genuine.identity, np.int32(7))
    )
    rates = figures(replace(v, genuine=more), FAR)
    assert rates[f"{v.key}/n_identities"] == 2
    assert rates[f"{v.key}/n_pairs"] == 9
    assert rates[f"{v.key}/frr_at_far_1pct"] == 3 / 5


@pytest.mark.parametrize(
    ("far", "name"),
    [(0.01, "far_1pct"), (0.05, "far_5pct"), (0.07, "far_7pct"), (0.001, "far_0.1pct")],
)
def test_the_far_gives_its_metric_the_name(far: float, name: str) -> None:
    params = EvaluateParams(far=far)
    assert f"verification/skilled/refs_1/frr_at_{name}" in figures(hand_made(), far)
    assert [t.policy for t in choose_thresholds([hand_made()], params)] == ["equal_error", name]


def test_kinds_that_the_data_lacks_are_no_verification() -> None:
    rng = np.random.default_rng(0)
    identity = np.repeat(np.arange(3), 7)
    labels = Labels(identity, np.zeros(21, bool))
    some = verifications(rng.normal(size=(21, 4)), labels, DRAWS)
    assert [(v.kind, v.references) for v in some] == [("random", 1), ("random", 5)]
    alone = Labels(np.zeros(21, np.intp), np.arange(21) > 15)
    some = verifications(rng.normal(size=(21, 4)), alone, DRAWS)
    assert [(v.kind, v.references) for v in some] == [("skilled", 1), ("skilled", 5)]


def test_rates_and_the_curve_of_a_verification_are_computed_once() -> None:
    v = hand_made()
    assert v.scored is v.scored
    assert v.curve is v.curve
    assert replace(v, kind="random").scored is not v.scored


def test_more_comparisons_than_memory_allows_are_scored_out_of_core() -> None:
    rng = np.random.default_rng(0)
    labels = Labels(np.repeat(np.arange(3), 7), np.tile(np.arange(7) > 4, 3))
    vectors = rng.normal(size=(21, 4))
    whole = verifications(vectors, labels, DRAWS[:1])[0]
    blocks = verifications(vectors, labels, DRAWS[:1], limits=Limits(in_memory=0))[0]
    assert (whole.out_of_core, whole.scored.n_pairs) == (None, blocks.scored.n_pairs)
    assert blocks.out_of_core is blocks.scored
