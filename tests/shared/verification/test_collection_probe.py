"""The probe of collections: on values whose answer is known."""

import numpy as np
import pandas as pd
import pytest

from components.shared.verification import collection_probe
from components.shared.verification.collection_probe import CollectionProbe, probe, report

EACH = 6
IDENTITY = np.repeat([f"w{n:02}" for n in range(30)], EACH)
COLLECTION = np.repeat(["a", "b"], 15 * EACH)
RANDOM = np.random.default_rng(0)
NOISE = RANDOM.normal(size=(len(IDENTITY), 3))


def probed(values: np.ndarray, identity: np.ndarray, collection: np.ndarray) -> CollectionProbe:
    result = probe(values, identity, collection)
    assert result is not None
    return result


def test_a_value_that_gives_the_collection_away_is_found() -> None:
    values = NOISE + np.where(COLLECTION == "a", 0, 20)[:, np.newaxis]
    result = probed(values, IDENTITY, COLLECTION)
    assert result.accuracy.value == 1
    assert (result.collections, result.n_identities, result.n_images) == (2, 30, 180)


def test_noise_tells_nothing_and_its_interval_holds_chance() -> None:
    result = probed(NOISE, IDENTITY, COLLECTION)
    interval = result.accuracy.rate_interval()
    assert interval is not None
    assert interval[0] < 0.5 < interval[1]


def test_what_an_identity_is_known_by_tells_no_collection() -> None:
    own = np.repeat(RANDOM.normal(size=(30, 40)), EACH, axis=0)
    result = probed(own, IDENTITY, COLLECTION)
    assert result.accuracy.value < 0.75, "tested on the identities that it is fitted to it is 1"


def test_each_collection_counts_alike_however_large() -> None:
    # 27 writers of a, 3 of b, and a value that is the same for all: whatever it says is right for
    # one collection and wrong for the other.
    collection = np.repeat(["a", "b"], [27 * EACH, 3 * EACH])
    result = probed(np.ones((len(IDENTITY), 1)), IDENTITY, collection)
    assert result.accuracy.value == 0.5


def test_three_collections_have_a_chance_of_a_third() -> None:
    collection = np.repeat(["a", "b", "c"], 10 * EACH)
    values = NOISE + np.where(collection == "c", 20, 0)[:, np.newaxis]
    result = probed(values, IDENTITY, collection)
    assert 0.5 < result.accuracy.value < 0.85
    (line,) = report(result, "embeddings", "the embeddings").lines
    assert ", by chance 0.333; 30 identities, 180 images" in line


def test_the_influence_is_how_much_the_accuracy_changes_with_an_identitys_weight() -> None:
    right = RANDOM.random(len(IDENTITY)) < 0.7
    code, owner = np.unique(COLLECTION, return_inverse=True)[1], pd.factorize(IDENTITY)[0]
    estimate = collection_probe._balanced(right, code, owner)
    assert estimate.influence.sum() == pytest.approx(0, abs=1e-12)

    def accuracy(weights: np.ndarray) -> float:
        each = weights[owner]
        return float(
            np.mean([np.average(right[code == c], weights=each[code == c]) for c in (0, 1)])
        )

    assert estimate.value == pytest.approx(accuracy(np.ones(30)))
    for identity in (0, 17, 29):
        more = np.ones(30)
        more[identity] += 1e-6
        slope = (accuracy(more) - estimate.value) / 1e-6
        assert estimate.influence[identity] == pytest.approx(30 * slope, abs=1e-3)


def test_a_collection_of_one_identity_is_left_out_and_one_collection_is_no_question() -> None:
    collection = np.where(IDENTITY == "w00", "lone", COLLECTION)
    assert probed(NOISE, IDENTITY, collection).n_identities == 29
    assert probe(NOISE, IDENTITY, np.full(len(IDENTITY), "a")) is None
    two = np.isin(IDENTITY, ["w00", "w01"])
    assert probe(NOISE[two], IDENTITY[two], IDENTITY[two]) is None


def test_of_many_identities_and_images_some_are_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(collection_probe, "MAX_IDENTITIES", 4)
    monkeypatch.setattr(collection_probe, "MAX_IMAGES", 5)
    result = probed(NOISE, IDENTITY, COLLECTION)
    assert (result.n_identities, result.n_images) == (8, 40)


def test_figures_and_words_say_what_it_means() -> None:
    values = NOISE + np.where(COLLECTION == "a", 0, 20)[:, np.newaxis]
    told = report(probed(values, IDENTITY, COLLECTION), "embeddings", "the embeddings")
    group = "probe/collections/embeddings"
    assert told.figures[f"{group}/balanced_accuracy"] == 1
    assert told.figures[f"{group}/chance"] == 0.5
    assert set(told.figures) == {
        f"{group}/{name}"
        for name in (
            "balanced_accuracy",
            "balanced_accuracy_ci_low",
            "balanced_accuracy_ci_high",
            "chance",
            "n_identities",
            "n_images",
        )
    }
    (line,) = told.lines
    assert line.startswith("the embeddings tell the 2 collections apart: balanced accuracy 1.000 (")
    assert line.endswith(
        ": the model knows the scanner, and forgeries from another collection are "
        "easy for it: its rates within each collection are those to believe"
    )
    (line,) = report(probed(NOISE, IDENTITY, COLLECTION), "source", "source files").lines
    assert line.startswith("source files do not tell the 2 collections apart")
    assert report(None, "source", "source files").lines == []


def test_source_files_are_probed_where_there_are_collections() -> None:
    paper = np.where(COLLECTION == "a", 240, 250)
    sources = pd.DataFrame({"mode": "L", "dpi": 0, "median_grey": paper, "file_bytes": 100})
    sources[["height", "width"]] = 50
    index = pd.DataFrame({"identity": IDENTITY, "kind": "genuine"})
    assert collection_probe.of_sources(sources, index).figures == {}
    told = collection_probe.of_sources(sources, index.assign(collection=COLLECTION))
    assert told.figures["probe/collections/source/balanced_accuracy"] == 1
