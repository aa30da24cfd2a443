"""The protocol of papers: as many skilled as genuine comparisons of each identity."""

from collections import Counter

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.literature import sample_pairs
from components.evaluate.protocols.run_protocols import run_protocols
from components.evaluate.scoring.verification import Verification
from components.shared.verification import error_rates
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(protocols=("deployed", "literature"), draws=2)


def single(genuine: int, forgeries: int) -> Verification:
    return next(
        v for v in made_up(PARAMS, 3, genuine, forgeries).verifications if v.kind == "skilled"
    )


@pytest.mark.parametrize(
    ("genuine", "forgeries", "pairs"), [(24, 24, 276), (30, 20, 276), (8, 4, 28), (10, 2, 20)]
)
def test_each_identity_has_as_many_skilled_as_genuine_pairs_up_to_276(
    genuine: int, forgeries: int, pairs: int
) -> None:
    subset = sample_pairs(single(genuine, forgeries), seed=0)
    expected = dict.fromkeys(range(3), pairs)
    assert (
        Counter(subset.genuine.identity.tolist())
        == Counter(subset.impostor.identity.tolist())
        == expected
    )


def test_the_pairs_are_drawn_without_repetition_from_all_pairs_and_a_seed_draws_them_again() -> (
    None
):
    whole = single(8, 24)
    subset = sample_pairs(whole, seed=0)
    assert set(subset.genuine.distance) == set(whole.genuine.distance)  # all 28 of each
    sample = list(zip(subset.impostor.identity, subset.impostor.distance, strict=True))
    assert len(set(sample)) == len(sample)
    assert set(sample) <= set(zip(whole.impostor.identity, whole.impostor.distance, strict=True))
    np.testing.assert_array_equal(
        subset.impostor.distance, sample_pairs(whole, seed=0).impostor.distance
    )
    other = sample_pairs(whole, seed=1)
    assert set(other.impostor.distance) != set(subset.impostor.distance)


def test_its_figures_stand_under_its_own_name_with_intervals() -> None:
    metrics = run_protocols(made_up(PARAMS, 6, 8, 6), PARAMS).metrics
    skilled = next(v for v in made_up(PARAMS, 6, 8, 6).verifications if v.kind == "skilled")
    sample = sample_pairs(skilled, seed=0)
    assert (
        metrics["field/skilled/refs_1/eer"]
        == error_rates.eer(sample.genuine.distance, sample.impostor.distance).rate
    )
    assert metrics["field/skilled/refs_1/n_pairs"] == 6 * 2 * 28
    for name in ("eer", "eer_user", "auc", "frr_at_far_1pct"):
        key = f"field/skilled/refs_1/{name}"
        assert metrics[f"{key}_ci_low"] <= metrics[key] <= metrics[f"{key}_ci_high"]


def test_without_forgeries_it_says_nothing() -> None:
    params = EvaluateParams(protocols=("literature",))
    assert run_protocols(made_up(params, 4, 8, 0), params).metrics == {}
