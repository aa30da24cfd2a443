"""The batches of a training: refused, described, steered by an embedder."""

from typing import Any

import numpy as np
import pandas as pd

from components.shared.data.image_store import ImageStore
from components.shared.data.normalisation import Normalisation
from components.train.data.batches import Batches
from components.train.data.prefetch import make_batch
from components.train.params import TrainParams

LEVELS = [10, 200, 40, 90]
"""Of the images of each identity: 10 and 40 are nearest to each other, 90 to 40, 200 to 90."""
PARAMS = TrainParams(
    identities_per_batch=2,
    images_per_identity=2,
    forgeries_per_identity=0,
    hard_identities=0.5,
    workers=1,
)


def a_store() -> ImageStore:
    identity = np.repeat(np.arange(4), 3)
    index = pd.DataFrame(
        {
            "path": [f"{row}.png" for row in range(12)],
            "identity": identity.astype(str),
            "kind": "genuine",
        }
    )
    images = np.empty((12, 16, 16, 1), np.uint8)
    images[:] = np.repeat(LEVELS, 3)[:, np.newaxis, np.newaxis, np.newaxis]
    return ImageStore(images, index, Normalisation(height=16, width=16))


def batches(**changes: Any) -> Batches:
    store = a_store()
    rows = store.index.assign(row=np.arange(12))
    return Batches(PARAMS.model_copy(update=changes), store, rows)


def mean_level() -> Any:
    import keras

    images = keras.Input((16, 16, 1), dtype="uint8")
    scaled = keras.layers.Rescaling(1.0)(images)
    return keras.Model(images, keras.layers.GlobalAveragePooling2D()(scaled))


def test_the_batches_between_two_steps_are_those_made_one_by_one() -> None:
    ours = batches()
    steps = list(ours.between(3, 6))
    assert len(steps) == 3
    for step, batch in enumerate(steps, 3):
        alone = make_batch(ours.images, ours.sampler, PARAMS.augment, step)
        assert batch.images.tobytes() == alone.images.tobytes()
        assert (batch.rows == alone.rows).all()


def test_neighbours_are_the_identities_whose_images_an_embedder_finds_alike() -> None:
    neighbours = batches(identities_per_batch=3).find_neighbours(mean_level())
    assert neighbours is not None
    assert neighbours.tolist() == [[2, 3], [3, 2], [0, 3], [2, 0]]


def test_neighbours_are_of_the_same_collection_first() -> None:
    store = a_store()
    rows = store.index.assign(row=np.arange(12), collection=np.repeat(["x", "y"], 6))
    params = PARAMS.model_copy(update={"identities_per_batch": 3})
    neighbours = Batches(params, store, rows).find_neighbours(mean_level())
    assert neighbours is not None
    assert neighbours[:, 0].tolist() == [1, 0, 3, 2]


def test_without_hard_identities_no_neighbours_are_looked_for() -> None:
    assert batches(hard_identities=0.0).find_neighbours(None) is None


def test_few_rows_are_named_with_their_files_and_many_without() -> None:
    ours = batches()
    assert ours.describe(np.array([4, 2, 2])) == ("rows 2, 4 of the prepared images (2.png, 4.png)")
    assert ours.describe(np.arange(9)) == "rows 0, 1, 2, 3, 4, 5, 6, 7, 8 of the prepared images"
