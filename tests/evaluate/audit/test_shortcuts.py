"""The single statistic that is taken as a baseline."""

from dataclasses import replace

import numpy as np
import pandas as pd

from components.evaluate.audit import shortcuts
from components.evaluate.protocols.run_protocols import ComparedPart
from components.evaluate.scoring.evaluation_set import EvaluationSet
from components.shared.data.image_store import ImageStore
from components.shared.data.normalisation import Normalisation
from components.shared.verification import error_rates

IDENTITIES, EACH = 10, 8
IDENTITY = np.repeat(np.arange(IDENTITIES), EACH)
FORGED = np.tile(np.arange(EACH) >= 5, IDENTITIES)
TRAIN = EvaluationSet(
    np.arange(len(IDENTITY)), [f"w{i}" for i in range(IDENTITIES)], IDENTITY, FORGED
)
NOISE = np.random.default_rng(0).normal(size=(3, len(IDENTITY)))


def test_each_kind_of_impostor_has_the_statistic_that_tells_it_best() -> None:
    statistics = pd.DataFrame(
        {
            "noise": NOISE[0],
            "whose": 9 * IDENTITY + NOISE[1],
            "forged": 1e6 + 9 * FORGED + NOISE[2],
            "flat": 7.0,
        }
    )
    assert shortcuts.best_statistics(statistics, TRAIN) == {"skilled": "forged", "random": "whose"}


def test_the_best_statistic_is_that_of_the_lowest_error_by_loop() -> None:
    statistics = pd.DataFrame(
        np.round(NOISE.T + 0.4 * IDENTITY[:, None] * [0.5, 1, 2], 1), columns=["a", "b", "c"]
    )
    rates = {}
    for name in statistics:
        values = statistics[name].to_numpy()
        same, other = [], []
        for i in np.flatnonzero(~FORGED):
            for j in np.flatnonzero(~FORGED):
                if IDENTITY[i] != IDENTITY[j]:
                    other.append(abs(values[i] - values[j]))
                elif i < j:
                    same.append(abs(values[i] - values[j]))
        rates[str(name)] = error_rates.eer(
            np.array(same, np.float32), np.array(other, np.float32)
        ).rate
    assert shortcuts.best_statistics(statistics, TRAIN)["random"] == min(
        rates, key=lambda name: rates[name]
    )


def test_without_train_identities_there_is_no_best_statistic() -> None:
    nobody = EvaluationSet(np.array([], np.intp), [], np.array([], np.intp), np.array([], bool))
    assert shortcuts.best_statistics(pd.DataFrame({"x": NOISE[0]})[:0], nobody) == {}


def test_embeddings_that_know_the_collection_are_told_of() -> None:
    images = np.zeros((len(IDENTITY), 16, 16, 1), np.uint8)
    index = pd.DataFrame({"identity": IDENTITY, "kind": np.where(FORGED, "forgery", "genuine")})
    collection = np.where(IDENTITY < 5, "a", "b")
    embeddings = (NOISE.T + 9 * (collection == "a")[:, np.newaxis]).astype(np.float32)
    half = len(IDENTITY) // 2
    rows = (TRAIN.rows[:half], TRAIN.rows[half:])
    parts = [ComparedPart(TRAIN._replace(rows=own), embeddings[own], []) for own in rows]
    alone = ImageStore(images, index, Normalisation(height=16, width=16))
    assert shortcuts.tell_collections(alone, parts).lines == []
    several = replace(alone, index=index.assign(collection=collection))
    told = shortcuts.tell_collections(several, parts)
    assert told.figures["probe/collections/embeddings/balanced_accuracy"] == 1
    assert told.lines[0].startswith("the embeddings tell the 2 collections apart")


def test_identities_are_kept_whole_where_there_are_too_many_images() -> None:
    subset = shortcuts._first_identities(TRAIN, 3 * EACH + 5)
    assert subset.names == ["w0", "w1", "w2"]
    assert subset.rows.tolist() == list(range(3 * EACH))
    assert len(shortcuts._first_identities(TRAIN, 1).names) == 2
