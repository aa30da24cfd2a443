"""Error rates on val, derived by hand."""

from typing import Any

import numpy as np
import pandas as pd

from components.shared.verification.metric_names import criterion
from components.train.loop.validation import Validation

SKILLED = "val/verification/skilled/refs_1/eer"
RANDOM = "val/verification/random/refs_1/eer"
ACCURACY = "val/identification/refs_1/accuracy"
IMAGES = np.zeros((20, 4, 4, 1), np.uint8)


def rows_of(*images: tuple[str, str]) -> pd.DataFrame:
    table = pd.DataFrame(images, columns=["identity", "kind"])
    return table.assign(row=np.arange(len(table)))


TWO_WRITERS = rows_of(
    ("a", "genuine"), ("a", "genuine"), ("a", "forgery"), ("b", "genuine"), ("b", "genuine")
)


def test_embeddings_that_tell_all_apart_have_no_errors() -> None:
    validation = Validation(IMAGES, TWO_WRITERS, references=1)
    # a's forgery is farther from a's images, 0 and 1, than these are from each other.
    embeddings = np.array([[0], [1], [3], [10], [11]], np.float32)
    assert validation.score(embeddings) == {SKILLED: 0.0, RANDOM: 0.0, ACCURACY: 1.0}


def test_embeddings_that_confuse_everything_err_always() -> None:
    validation = Validation(IMAGES, TWO_WRITERS, references=1)
    # Each image lies on one of the other writer, and the forgery between a's images.
    embeddings = np.array([[0], [10], [5], [0], [10]], np.float32)
    scores = validation.score(embeddings)
    assert scores[SKILLED] == 1.0
    assert scores[ACCURACY] == 0.0


def test_kinds_of_comparisons_that_val_does_not_have_are_left_out() -> None:
    genuine_only = TWO_WRITERS[TWO_WRITERS.kind == "genuine"]
    embeddings = np.array([[0], [1], [10], [11]], np.float32)
    assert set(Validation(IMAGES, genuine_only, references=1).score(embeddings)) == {
        RANDOM,
        ACCURACY,
    }
    assert set(Validation(IMAGES, genuine_only, references=2).score(embeddings)) == {RANDOM}


def test_the_images_of_the_rows_are_embedded_in_their_order() -> None:
    import keras

    images = np.zeros((6, 2, 2, 1), np.uint8)
    images[:] = np.arange(6)[:, np.newaxis, np.newaxis, np.newaxis]
    rows = rows_of(*[("a", "genuine")] * 2, *[("b", "genuine")] * 2).assign(row=[5, 1, 4, 2])
    inputs: Any = keras.Input((2, 2, 1), dtype="uint8")
    level = keras.layers.GlobalAveragePooling2D()(keras.layers.Rescaling(1.0)(inputs))
    validation = Validation(images, rows, references=1)
    assert validation.embed(keras.Model(inputs, level)).ravel().tolist() == [1, 2, 4, 5]
    assert (validation.labels.identity == [0, 1, 1, 0]).all()


def test_a_single_writer_with_forgeries_can_be_validated() -> None:
    rows = rows_of(("a", "genuine"), ("a", "genuine"), ("a", "forgery"))
    validation = Validation(IMAGES, rows, references=1)
    assert set(validation.score(np.array([[0], [1], [3]], np.float32))) >= {SKILLED}


def in_collections(first: str, second: str) -> pd.DataFrame:
    """Two writers of one collection and two of another, without forgeries."""
    rows = rows_of(*[(name, "genuine") for name in "aabbccdd"])
    return rows.assign(collection=[first] * 4 + [second] * 4)


def test_random_impostors_are_of_the_same_collection() -> None:
    # a and b are told apart, and so are c and d, though a equals c and b equals d.
    embeddings = np.array([[0], [1], [10], [11]] * 2, np.float32)
    rows = in_collections("x", "y")
    apart = Validation(IMAGES, rows, references=1).score(embeddings)
    assert apart[RANDOM] == 0
    together = Validation(IMAGES, rows.assign(collection="x"), references=1).score(embeddings)
    assert together[RANDOM] > 0
    assert together == Validation(IMAGES, rows.drop(columns="collection"), 1).score(embeddings)


def test_each_collection_has_rates_of_its_own_and_the_worst_decides() -> None:
    # x is told without error; of y each image lies on one of the other writer.
    embeddings = np.array([[0], [1], [10], [11], [0], [10], [0], [10]], np.float32)
    scores = Validation(IMAGES, in_collections("x", "y"), references=1).score(embeddings)
    own = {name: scores[f"val/collection/{name}/verification/random/refs_1/eer"] for name in "xy"}
    assert own["x"] == 0
    assert own["y"] > scores[RANDOM] > 0
    assert criterion(scores) == own["y"]


def test_a_collection_with_nothing_to_compare_has_no_rates() -> None:
    rows = in_collections("x", "y").iloc[:5]
    scores = Validation(IMAGES, rows, 1).score(np.array([[0], [1], [10], [11], [5]], np.float32))
    assert [name for name in scores if "/collection/y/" in name] == []
    assert criterion(scores) == 0
