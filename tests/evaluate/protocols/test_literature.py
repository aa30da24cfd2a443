"""The protocol of papers: as many skilled as genuine comparisons of each identity."""

from collections import Counter

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.literature import field
from components.evaluate.protocols.run_protocols import measure
from components.evaluate.scoring.verification import Verification
from components.shared.verification import error_rates
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(protocols=("deployed", "field"), bootstrap=50, draws=2)


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
    found = field(single(genuine, forgeries), seed=0)
    expected = dict.fromkeys(range(3), pairs)
    assert (
        Counter(found.genuine.identity.tolist())
        == Counter(found.impostor.identity.tolist())
        == expected
    )


def test_the_pairs_are_drawn_without_repetition_from_all_pairs_and_a_seed_draws_them_again() -> (
    None
):
    whole = single(8, 24)
    found = field(whole, seed=0)
    assert set(found.genuine.distance) == set(whole.genuine.distance)  # all 28 of each
    drawn = list(zip(found.impostor.identity, found.impostor.distance, strict=True))
    assert len(set(drawn)) == len(drawn)
    assert set(drawn) <= set(zip(whole.impostor.identity, whole.impostor.distance, strict=True))
    np.testing.assert_array_equal(found.impostor.distance, field(whole, seed=0).impostor.distance)
    other = field(whole, seed=1)
    assert set(other.impostor.distance) != set(found.impostor.distance)


def test_its_figures_stand_under_its_own_name_with_intervals() -> None:
    found = measure(made_up(PARAMS, 6, 8, 6), PARAMS).metrics
    skilled = next(v for v in made_up(PARAMS, 6, 8, 6).verifications if v.kind == "skilled")
    drawn = field(skilled, seed=0)
    assert (
        found["field/skilled/refs_1/eer"]
        == error_rates.eer(drawn.genuine.distance, drawn.impostor.distance).rate
    )
    assert found["field/skilled/refs_1/n_pairs"] == 6 * 2 * 28
    for name in ("eer", "eer_user", "auc", "frr_at_far_1pct"):
        key = f"field/skilled/refs_1/{name}"
        assert found[f"{key}_ci_low"] <= found[key] <= found[f"{key}_ci_high"]


def test_without_forgeries_it_says_nothing() -> None:
    params = EvaluateParams(protocols=("field",), bootstrap=0)
    assert measure(made_up(params, 4, 8, 0), params).metrics == {}
