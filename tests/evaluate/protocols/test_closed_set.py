"""Closed-set identification: ranks, and the curve of them."""

import numpy as np
import pytest

from components.evaluate.params import EvaluateParams
from components.evaluate.protocols import closed_set
from components.evaluate.protocols.closed_set import Ranks
from components.shared.verification.comparisons import identification_accuracy
from tests.evaluate.embeddings import made_up

PARAMS = EvaluateParams(draws=4)
DRAWS = PARAMS.draws_of(5)
HAND_MADE = Ranks(
    np.array([0, 0, 1, 1, 1, 2]), np.array([1, 3, 2, 1, 1, 12]), gallery=12, references=5
)


def test_the_curve_counts_the_probes_found_until_each_rank() -> None:
    table = closed_set.cmc_table(HAND_MADE)
    assert table["rank"].tolist() == list(range(1, 13))
    assert table["share"].tolist() == [3 / 6, 4 / 6, *[5 / 6] * 9, 1.0]
    assert (table["share_ci_low"] <= table["share"]).all()
    assert (table["share_ci_high"] >= table["share"]).all()
    assert set(table["n_probes"]) == {6}
    assert set(table["n_identities"]) == {3}


def test_ranks_as_far_as_the_gallery_reaches_say_nothing() -> None:
    metrics = closed_set.rank_metrics(HAND_MADE)
    assert metrics["identification/refs_5/rank_1"] == 3 / 6
    assert metrics["identification/refs_5/rank_10"] == 5 / 6
    small = closed_set.rank_metrics(HAND_MADE._replace(gallery=5))
    assert {name for name in small if "_ci_" not in name and "rank" in name} == {
        "identification/refs_5/rank_1"
    }


def test_the_accuracy_is_that_of_the_shared_metric_with_an_interval_over_identities() -> None:
    part = made_up(PARAMS, 7, 8, 2, quality=0.7)
    ranks = closed_set.rank_probes(part.embeddings, part.part.labels, DRAWS)
    assert ranks is not None
    metrics = closed_set.accuracy_metrics(ranks)
    name = "identification/refs_5/accuracy"
    exact = identification_accuracy(part.embeddings, part.part.labels, DRAWS)
    assert metrics[name] == pytest.approx(exact)
    assert metrics[f"{name}_ci_low"] < metrics[name] < metrics[f"{name}_ci_high"]
    assert metrics["identification/refs_5/n_probes"] == 7 * 3 * PARAMS.draws


def test_a_curve_begins_at_the_accuracy_and_ends_at_one() -> None:
    part = made_up(PARAMS, 7, 8, 2, quality=0.5)
    ranks = closed_set.rank_probes(part.embeddings, part.part.labels, DRAWS)
    assert ranks is not None
    shares = closed_set.cmc_table(ranks)["share"]
    assert shares.is_monotonic_increasing
    assert 0 < shares.iloc[0] < shares.iloc[3] <= shares.iloc[-1] == 1


def test_nobody_is_identified_where_images_are_too_few() -> None:
    part = made_up(PARAMS, 7, 5, 2)
    assert closed_set.rank_probes(part.embeddings, part.part.labels, DRAWS) is None
