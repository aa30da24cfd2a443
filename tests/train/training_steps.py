"""Training steps of a small network whose first weights and batches are the same on every backend
and device.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import keras
import numpy as np
import pandas as pd

from components.shared.model.architecture import Architecture
from components.train.devices import train_step
from components.train.labels import FORGERY
from components.train.loop import head_fitting
from components.train.loss.triplet_model import TripletModel
from components.train.model import head, network
from components.train.params import TrainParams

CASES: list[dict[str, Any]] = [
    {"mining": "hard", "distance": "squared", "cross_batch_memory": 37},
    {"mining": "all", "margin": "soft", "cross_batch_memory": 8, "warm_up": 2},
]


def train(
    case: dict[str, Any], scope: Callable[[], AbstractContextManager[Any]] = nullcontext
) -> dict[str, Any]:
    """Begins a few steps before it looks at any; batch normalisation is in inference mode, and
    there is no dropout.

    Args:
        case: parameters of the training.
        scope: where the model is made.

    Returns:
        `logs` of each step and the final `variables` in one list.
    """
    random, begun = np.random.default_rng(0), []
    with scope():
        model = _model(TrainParams(**case), random)
    for _ in range(4):
        labels = np.concatenate([np.repeat(random.permutation(9)[:5], 3), np.full(10, FORGERY)])
        images = random.integers(0, 256, (len(labels), 6, 6, 1), np.uint8)
        begun.append(train_step.begin_step(model, images, labels.astype(np.int32)))
    train_step.sync(model)
    logs = [train_step.read_logs(step) for step in begun]
    variables = [
        np.ravel(variable.numpy()) for variable in (*model.variables, *model.optimizer.variables)
    ]
    return {"logs": logs, "variables": np.concatenate(variables).tolist()}


def train_head(scope: Callable[[], AbstractContextManager[Any]] = nullcontext) -> list[float]:
    """A few steps of the projection alone, on features of two views; its kernel afterwards."""
    random = np.random.default_rng(0)
    batch = {"identities_per_batch": 4, "images_per_identity": 2, "forgeries_per_identity": 1}
    params = TrainParams.model_validate({**batch, "weights": "imagenet", "head_steps": 3})
    with scope():
        architecture = Architecture((32, 32, 1), 8, pooled_blocks=(3,), views=("whole", "mirror"))
        embedder = network.build(architecture)
    kernel = head.build_head(embedder).get_layer("project").kernel
    kernel.assign(random.normal(size=kernel.shape) / 3)
    identity, kind = (
        np.repeat(np.arange(6), 5).astype(str),
        ["genuine", "genuine", "genuine", "forgery", "forgery"] * 6,
    )
    features = random.normal(size=(30, 2, kernel.shape[0])).astype(np.float32)
    head_fitting.train_projection(
        embedder, params, features, pd.DataFrame({"identity": identity, "kind": kind})
    )
    return [float(value) for value in np.ravel(kernel.numpy())]


def _model(params: TrainParams, random: np.random.Generator) -> TripletModel:
    images = keras.Input((6, 6, 1), dtype="uint8")
    penalty = keras.regularizers.L2(0.01)
    maps = keras.layers.Conv2D(4, 3, kernel_regularizer=penalty)(
        keras.layers.Rescaling(1 / 255)(images)
    )
    normal = keras.layers.BatchNormalization(trainable=False)(maps)
    flat = keras.layers.Dropout(0.0, seed=0)(keras.layers.Flatten()(normal))
    embedder = keras.Model(images, keras.layers.UnitNormalization()(keras.layers.Dense(6)(flat)))
    for variable in embedder.trainable_variables:
        variable.assign(random.normal(size=variable.shape) / 3)
    model = TripletModel(embedder, params)
    optimizer = keras.optimizers.Adam(0.01, use_ema=True, ema_momentum=0.5)
    model.compile(optimizer=optimizer, jit_compile=keras.backend.backend() == "jax")
    optimizer.build(model.trainable_variables)
    return model
