"""Each collection by itself."""

import numpy as np
import pandas as pd
import pytest
from numpy.typing import NDArray

from components.evaluate.decision import fitting
from components.evaluate.decision.by_collection import measure_collections
from components.evaluate.decision.carried import apply_decision
from components.evaluate.params import EvaluateParams
from components.evaluate.protocols.run_protocols import (
    ComparedPart,
    apply_thresholds,
    choose_thresholds,
    compare_part,
    run_protocols,
)
from components.evaluate.scoring.evaluation_set import select_rows
from components.shared.verification.decision_file import Decisions
from tests.evaluate.decision.populations import Population, draw

PARAMS = EvaluateParams(draws=2, references=3)
SMALL = {"genuine": 5, "forgeries": 3}
EASY, HARD = draw(6, hands=0.0, seed=1, **SMALL), draw(5, hands=0.8, seed=2, **SMALL)


def index_of(population: Population, collection: str) -> pd.DataFrame:
    """Returns the index of a population's images; every collection calls its first writer 0."""
    labels = population.labels
    return pd.DataFrame(
        {
            "path": [f"{collection}/{row}.png" for row in range(len(labels.identity))],
            "identity": [f"{collection}/{number}" for number in labels.identity],
            "kind": np.where(labels.forged, "forgery", "genuine"),
            "sha256": [f"{collection}-{row}" for row in range(len(labels.identity))],
            "collection": collection,
        }
    )


def part_of(index: pd.DataFrame, vectors: NDArray[np.float64]) -> ComparedPart:
    images = select_rows(index, np.arange(len(index)))
    return compare_part(images, vectors.astype(np.float32), PARAMS)


@pytest.fixture(scope="module")
def index() -> pd.DataFrame:
    """The images of both collections, in turns."""
    both = pd.concat([index_of(EASY, "easy"), index_of(HARD, "hard")], ignore_index=True)
    return both.sample(frac=1, random_state=0)


@pytest.fixture(scope="module")
def together(index: pd.DataFrame) -> ComparedPart:
    vectors = np.concatenate([EASY.embeddings, HARD.embeddings])
    return part_of(index.reset_index(drop=True), vectors[index.index])


@pytest.fixture(scope="module")
def decisions(together: ComparedPart) -> Decisions:
    population = draw(8, seed=3, **SMALL)
    found = fitting.fit(*population, PARAMS, 1, 0.15)
    assert found is not None
    val = part_of(index_of(population, "val"), population.embeddings)
    return Decisions(any_scanner=found.decision, thresholds=choose_thresholds(val, PARAMS))


def test_a_collection_has_the_figures_that_it_has_without_the_others(
    index: pd.DataFrame, together: ComparedPart, decisions: Decisions
) -> None:
    metrics = measure_collections(index, together, decisions, PARAMS)
    for name, population in (("easy", EASY), ("hard", HARD)):
        own = index[index["collection"] == name]
        vectors = population.embeddings
        offset = 0 if name == "easy" else len(EASY.embeddings)
        alone = part_of(own.reset_index(drop=True), vectors[own.index - offset])
        expected = apply_decision(alone, decisions.chosen, PARAMS).metrics
        for kind in ("skilled", "random"):
            for references in (1, 3):
                group = f"decision/{kind}/refs_{references}"
                for figure in ("eer", "eer_ci_low", "far_at_threshold", "frr_at_threshold_ci_high"):
                    found = metrics[f"collection/{name}/{group}/{figure}"]
                    assert found == pytest.approx(expected[f"{group}/{figure}"], abs=1e-9)
                assert metrics[f"collection/{name}/{group}/n_pairs"] == expected[f"{group}/n_pairs"]


def test_random_impostors_are_of_the_same_collection(
    index: pd.DataFrame, together: ComparedPart, decisions: Decisions
) -> None:
    metrics = measure_collections(index, together, decisions, PARAMS)
    pairs = {name: count for name, count in metrics.items() if name.endswith("/n_pairs")}
    genuine = 5 * 4 // 2
    random = 5 * 5  # of two identities, each claimed by the other
    assert pairs["collection/easy/decision/random/refs_1/n_pairs"] == 6 * genuine + 6 * 5 * random
    assert pairs["collection/hard/decision/random/refs_1/n_pairs"] == 5 * genuine + 5 * 4 * random


def test_without_a_decision_model_the_rates_are_those_of_the_mean_distance(
    index: pd.DataFrame, together: ComparedPart, decisions: Decisions
) -> None:
    thresholds = Decisions(thresholds=decisions.thresholds)
    metrics = measure_collections(index, together, thresholds, PARAMS)
    own = index[index["collection"] == "easy"]
    alone = part_of(own.reset_index(drop=True), EASY.embeddings[own.index])
    expected = run_protocols(alone, PARAMS).metrics
    expected |= apply_thresholds(alone, decisions.thresholds, PARAMS)
    for figure in ("eer", "far_at_threshold", "n_identities"):
        name = f"verification/skilled/refs_1/{figure}"
        assert metrics[f"collection/easy/{name}"] == pytest.approx(expected[name])
    assert not any("/decision/" in name for name in metrics)


def test_where_val_is_reported_no_carried_rate_is_given(
    index: pd.DataFrame, together: ComparedPart, decisions: Decisions
) -> None:
    on_val = PARAMS.model_copy(update={"part": "val"})
    metrics = measure_collections(index, together, decisions, on_val)
    assert {name.rpartition("/")[2] for name in metrics} == {
        *("eer", "eer_ci_low", "eer_ci_high", "n_identities", "n_pairs", "n_images")
    }


def test_a_single_source_has_no_such_figures(
    index: pd.DataFrame, together: ComparedPart, decisions: Decisions
) -> None:
    single = index.drop(columns="collection")
    assert measure_collections(single, together, decisions, PARAMS) == {}


def test_together_random_forgeries_are_those_of_the_collections(
    index: pd.DataFrame, together: ComparedPart, decisions: Decisions
) -> None:
    own = measure_collections(index, together, decisions, PARAMS)
    metrics = apply_decision(together, decisions.chosen, PARAMS).metrics
    metrics |= run_protocols(together, PARAMS).metrics
    for references in (1, 3):
        name = f"random/refs_{references}/n_pairs"
        counts = [own[f"collection/{each}/decision/{name}"] for each in ("easy", "hard")]
        assert metrics[f"verification/{name}"] == sum(counts)
