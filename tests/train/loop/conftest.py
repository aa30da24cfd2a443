"""Trainings of a tiny network, in the state of their newest checkpoint."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import keras
import numpy as np
import pytest
import tensorflow as tf

from components.shared.data import partition
from components.shared.data.image_store import open_store
from components.shared.tracking.run import Run
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.checkpoints.run_key import Key
from components.train.data.batches import Batches
from components.train.loop.optimizer import adam
from components.train.loop.trainer import Trainer
from components.train.loop.validation import Validation
from components.train.loop.weights import copy_values
from components.train.loss.triplet_model import TripletModel
from components.train.monitoring.metrics_log import MetricsLog
from components.train.params import AugmentParams, TrainParams

PLAIN = TrainParams(
    identities_per_batch=3,
    images_per_identity=2,
    forgeries_per_identity=1,
    steps=8,
    log_every=2,
    validate_every=3,
    checkpoint_every=2,
    val_references=1,
    learning_rate=0.01,
    precision="float32",
    deterministic=True,
    augment=AugmentParams(),
)
PRETRAINED = PLAIN.model_copy(update={"start_from": "models/embedder"})
EVERYTHING = PRETRAINED.model_copy(
    update={
        "mining": "hard",
        "warm_up": 4,
        "cross_batch_memory": 20,
        "average": 0.8,
        "hard_identities": 0.5,
        "l2": 0.01,
    }
)


def embedder() -> Any:
    images = keras.Input((32, 32, 1), dtype="uint8")
    small = keras.layers.AveragePooling2D(4)(keras.layers.Rescaling(1 / 255)(images))
    normal = keras.layers.BatchNormalization()(keras.layers.Flatten()(small))
    dropped = keras.layers.Dropout(0.3, seed=1)(normal)
    projected = keras.layers.Dense(6, kernel_regularizer=keras.regularizers.L2(0.01))(dropped)
    return keras.Model(images, keras.layers.UnitNormalization()(projected))


class Place(NamedTuple):
    """The parts of one training."""

    trainer: Trainer
    checkpoints: Checkpoints
    log: MetricsLog

    def fit(self) -> dict[str, float]:
        return self.trainer.fit(self.log)

    def everything(self) -> list[Any]:
        """All that a training leaves: variables, first and best weights, history."""
        return [
            *copy_values(self.trainer._variables()),
            *self.trainer.start,
            *self.trainer.best,
            *(np.array(list(row.values())) for row in self.trainer.history.rows),
        ]


Make = Callable[..., Place]


@pytest.fixture
def make(data: Path, surroundings: Path) -> Make:
    """A training in the state of its newest checkpoint; equal names share their checkpoints."""
    tf.config.experimental.enable_op_determinism()
    store = open_store(data / "prepared")
    parts = partition.read(data / "split", store.index)
    rows = store.index.assign(row=np.arange(len(store.index)), part=parts.part)

    def make_place(
        name: str,
        params: TrainParams = PLAIN,
        batches: type[Batches] = Batches,
        validation: type[Validation] = Validation,
        network: type[TripletModel] = TripletModel,
        collections: int = 1,
    ) -> Place:
        rows["collection"] = (rows["identity"].astype(int) % collections).astype(str)
        keras.utils.set_random_seed(0)
        model = network(embedder(), params)
        model.compile(optimizer=adam(params), jit_compile=False)
        model.optimizer.build(model.trainable_variables)
        checkpoints = Checkpoints(Key({}, name, "", None), params.checkpoints)
        trainer = Trainer(
            model,
            embedder(),
            params,
            batches(params, store, rows[rows.part == "train"]),
            validation(store.images, rows[rows.part == "val"], params.val_references),
            checkpoints,
        )
        saved = checkpoints.newest()
        if saved:
            trainer.restore(saved)
        return Place(
            trainer, checkpoints, MetricsLog(Run(None, None, name=name), saved is not None)
        )

    return make_place


def assert_equal(ours: list[Any], theirs: list[Any]) -> None:
    for one, other in zip(ours, theirs, strict=True):
        assert np.array_equal(one, other, equal_nan=True)
