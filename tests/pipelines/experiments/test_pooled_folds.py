"""Pooled folds and their spread, against cases worked out by hand."""

import math

import pandas as pd
import pytest

from components.evaluate.params import EvaluateParams
from components.shared.runtime.errors import InputError
from pipelines.experiments.pooled_folds import Fold, keys, measure, pool, spread
from tests.pipelines.experiments.folds import FIRST, SECOND, fold

PARAMS = EvaluateParams()
SKILLED, RANDOM = "verification/skilled/refs_1", "verification/random/refs_1"


def test_the_pool_is_measured_as_one_set_of_comparisons() -> None:
    metrics = measure(pool([FIRST, SECOND]), PARAMS)
    # Genuine 1 1 2 4, skilled 3 3 5 5: FAR 0 and FRR 1/4 at 2, FAR 1/2 and FRR 1/4 at 3.
    assert metrics[f"{SKILLED}/eer"] == pytest.approx(1 / 4)
    assert metrics[f"{SKILLED}/auc"] == pytest.approx(14 / 16)
    assert metrics[f"{SKILLED}/frr_at_far_1pct"] == pytest.approx(1 / 4)
    assert metrics[f"{SKILLED}/n_identities"] == 2
    assert metrics[f"{SKILLED}/n_pairs"] == 8


def test_the_intervals_of_the_pool_are_over_the_identities_of_all_folds() -> None:
    third = fold(0.5, c={"genuine": [1, 3], "skilled": [2, 6]})
    assert f"{SKILLED}/eer_ci_low" not in measure(pool([FIRST, SECOND]), PARAMS)
    metrics = measure(pool([FIRST, SECOND, third]), PARAMS)
    assert metrics[f"{SKILLED}/eer_ci_low"] < metrics[f"{SKILLED}/eer"]
    assert metrics[f"{SKILLED}/eer_ci_high"] > metrics[f"{SKILLED}/eer"]


def test_networks_that_separate_perfectly_on_scales_of_their_own_pool_to_errors() -> None:
    folds = [
        fold(0.0, a={"genuine": [1], "skilled": [2]}),
        fold(0.0, b={"genuine": [3], "skilled": [4]}),
    ]
    assert measure(pool(folds), PARAMS)[f"{SKILLED}/eer"] == pytest.approx(1 / 2)
    assert spread(folds)[f"{SKILLED}/eer_mean"] == 0


def test_mean_and_sample_sd_are_over_the_folds_that_measured_a_rate() -> None:
    third = fold(0.25, c={"genuine": [1], "random": [2]})
    rates = spread([FIRST, SECOND, third])
    assert rates == {
        f"{SKILLED}/eer_mean": 0.25,
        f"{SKILLED}/eer_sd": pytest.approx(math.sqrt(2 * 0.25**2)),
        f"{RANDOM}/eer_mean": 0.25,
    }


def test_a_fold_takes_part_in_the_pools_of_the_kinds_that_it_has() -> None:
    both = fold(0.5, c={"genuine": [1], "skilled": [2], "random": [3, 4]})
    skilled, random = pool([FIRST, both]).pooled
    assert (skilled.key, random.key) == (SKILLED, RANDOM)
    assert sorted(skilled.genuine.distance) == [1, 1, 4]
    assert sorted(random.genuine.distance) == [1]
    assert sorted(random.impostor.distance) == [3, 4]


def test_what_a_fold_kept_only_a_part_of_is_named_and_not_pooled() -> None:
    both = fold(0.5, c={"genuine": [1], "skilled": [2], "random": [3, 4]})
    thinned = Fold(both.metrics, both.scores[both.scores["distance"] != 4])
    together = pool([FIRST, thinned])
    assert together.incomplete == [RANDOM]
    assert [v.key for v in together.pooled] == [SKILLED]


def test_an_identity_that_two_folds_test_is_refused() -> None:
    with pytest.raises(InputError, match="identity 'a' is tested in folds 0 and 2"):
        pool([FIRST, SECOND, FIRST])


def test_keys_stand_in_the_order_of_tables() -> None:
    metrics = {f"{name}/n_pairs": 1.0 for name in (RANDOM, "verification/skilled/refs_12", SKILLED)}
    metrics["val/verification/skilled/refs_5/n_pairs"] = 1.0
    assert keys([Fold(metrics, pd.DataFrame())]) == [
        SKILLED,
        "verification/skilled/refs_12",
        RANDOM,
    ]


def test_evidence_of_all_folds_is_pooled_where_each_has_it() -> None:
    """On their own scales the networks err at one half; evidence is on one scale."""
    folds = []
    for name, first in (("a", 0.1), ("b", 3.0)):
        each = fold(0.0, **{name: {"genuine": [first, first], "skilled": [first + 1, first + 1]}})
        llr = [2.0, 1.0, -1.0, -2.0]
        folds.append(Fold(each.metrics, each.scores.assign(llr_skilled=llr)))
    metrics = measure(pool(folds), PARAMS)
    assert metrics[f"{SKILLED}/eer"] == pytest.approx(1 / 2)
    group = "decision/skilled/refs_1"
    assert metrics[f"{group}/eer"] == 0
    assert metrics[f"{group}/n_pairs"] == 8
    expected = (math.log2(1 + math.exp(-1)) + math.log2(1 + math.exp(-2))) / 2
    assert metrics[f"{group}/cllr"] == pytest.approx(expected, abs=1e-5)
    without = Fold(folds[0].metrics, folds[0].scores.drop(columns="llr_skilled"))
    assert not pool([without, folds[1]]).decided
