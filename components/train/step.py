"""The train step: prepared images and their split in, the best embedder out."""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pandas as pd

from components.shared import partition, tracking
from components.shared.errors import InputError
from components.shared.files import atomic_folder
from components.shared.images import ImageStore, open_store
from components.train import network, precision
from components.train.checkpoint import Checkpoints, data_hash, run_key
from components.train.curves import Curves
from components.train.feed import feed
from components.train.loop import Trainer
from components.train.loss import TripletLoss
from components.train.params import TrainParams
from components.train.sampler import Sampler
from components.train.validation import Validation


def run(
    params: TrainParams, prepared: Path, split: Path, out: Path, made_with: Mapping[str, str] | None = None
) -> dict[str, float]:
    """Trains an embedder, or goes on with the training that was interrupted.

    Args:
        params: section `train`.
        prepared: folder of preprocess.
        split: folder of split.
        out: becomes models/embedder: embedder.keras (float32), normalise.json, history.csv, mlflow_run.json.
        made_with: the parameters of the data, as `section.parameter`, for the record; None: those in dvc.lock, if any.

    Returns:
        The figures of the best checkpoint on val.

    Raises:
        InputError: too few identities or images for the batches, weights that cannot be loaded, a loss that is not
            finite.
    """
    store = open_store(prepared)
    rows = _rows(store, split)
    sampler = Sampler(
        rows["train"],
        params.identities_per_batch,
        params.images_per_identity,
        params.forgeries_per_identity,
        params.seed,
    )
    _say_what_is_there(rows["train"], sampler)
    checkpoints = Checkpoints(run_key(params, prepared, split))
    trainer = _trainer(params, store, Validation(store.images, rows["val"]))
    saved = checkpoints.newest()
    with tracking.train_run(params, saved.run_id if saved else None, made_with) as tracked, atomic_folder(out) as fresh:
        tracked.log_dataset("prepared", prepared, data_hash(prepared, split), "training")
        curves = Curves(tracked, checkpoints.folder.name, goes_on=saved is not None)
        if saved:
            sys.stderr.write(f"going on after step {saved.step} of {params.steps}\n")
            trainer.restore(saved)
        batches = feed(store.images, sampler, params.augment, trainer.step, params.steps, params.workers)
        figures = trainer.fit((batch[:2] for batch in batches), checkpoints, curves)
        curves.close()
        embedder = network.float32_twin(trainer.best_model())
        embedder.save(fresh / "embedder.keras")
        store.normalisation.save(fresh / "normalise.json")
        pd.DataFrame(trainer.history).to_csv(fresh / "history.csv", index=False)
        tracked.log_artifacts(fresh / "history.csv", "training")
        tracked.write(fresh)
    checkpoints.prune()
    return figures


def _rows(store: ImageStore, split: Path) -> dict[str, pd.DataFrame]:
    parts = partition.read(split, store.index)
    described = store.index.assign(row=np.arange(len(store.index))).merge(parts[["row", "part"]], on="row")
    result = {part: described[described.part == part] for part in ("train", "val")}
    for part, members in result.items():
        if members.empty:
            raise InputError(f"{split}: no image is in part '{part}'; bring more identities or change section split")
    return result


def _trainer(params: TrainParams, store: ImageStore, validation: Validation) -> Trainer:
    keras.utils.set_random_seed(params.seed)
    if params.deterministic and keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        tf.config.experimental.enable_op_determinism()
    policy = "float32" if params.deterministic else precision.resolve(params.precision)
    height, width, channels = store.images.shape[1:]
    model = network.build(
        (height, width, channels), params.embedding_size, params.dropout, params.weights, params.seed, policy
    )
    sys.stderr.write(
        f"training ResNet50 ({model.count_params() / 1e6:.1f} M parameters, weights {_public_name(params.weights)}) "
        f"on {height}×{width}×{channels} in {policy}\n"
    )
    schedule = keras.optimizers.schedules.ExponentialDecay(
        params.learning_rate, params.decay_steps, params.decay_rate, params.staircase
    )
    model.compile(
        optimizer=keras.optimizers.Adam(schedule, beta_1=params.beta_1),
        loss=TripletLoss(params.mining, params.margin, params.images_per_identity - 1),
        jit_compile=_has_gpu(),
    )
    return Trainer(model, params, validation)


def _has_gpu() -> bool:
    """XLA pays on GPUs; on CPUs the plain graph with oneDNN is faster."""
    if keras.backend.backend() == "jax":
        return True
    import tensorflow as tf

    return bool(tf.config.list_physical_devices("GPU"))


def _public_name(weights: str) -> Any:
    return (
        f"'{weights}'" if weights != "imagenet" or not os.environ.get("RESNET50_DIR") else "'imagenet' (RESNET50_DIR)"
    )


def _say_what_is_there(rows: pd.DataFrame, sampler: Sampler) -> None:
    genuine = int((rows.kind == "genuine").sum())
    sys.stderr.write(
        f"{len(sampler.names)} training identities, {genuine} genuine images, {len(rows) - genuine} forgeries\n"
    )
    if sampler.left_out:
        sys.stderr.write(f"{sampler.left_out} identities with a single genuine image are left out of the training\n")
