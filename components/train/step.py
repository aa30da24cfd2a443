"""The train step: prepared images and their split in, the best embedder out."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from components.shared.data import partition
from components.shared.data.image_store import ImageStore, open_store
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder
from components.shared.tracking import step_runs
from components.train.channels import GREY, validate_channels
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.checkpoints.run_key import Key
from components.train.params import TrainParams

if TYPE_CHECKING:
    from components.train.data.batches import Batches
    from components.train.loop.validation import Validation


def run(
    params: TrainParams,
    prepared: Path,
    split: Path,
    out: Path,
    data_params: Mapping[str, str] | None = None,
    resume: Path | None = None,
) -> dict[str, float]:
    """Trains an embedder, or resumes the training that was interrupted.

    Args:
        params: section `train`.
        prepared: folder of preprocess.
        split: folder of split.
        out: becomes models/embedder: embedder.keras (float32), normalise.json, history.csv,
            mlflow_run.json.
        data_params: the parameters of the data, as `section.parameter`, for the record; None: those
            in dvc.lock, if any.
        resume: a checkpoint to resume from; None: the newest of this run, if any.

    Returns:
        The figures of the best checkpoint on val.

    Raises:
        InputError: the data cannot fill the batches or the validation, weights or a checkpoint
            cannot be used, the training diverges, the disk is full.
        KeyboardInterrupt: Ctrl-C or SIGTERM, after a checkpoint was written.
    """
    store = open_store(prepared)
    validate_channels(params, store.normalisation.channels)
    rows = rows_of(store, split)
    backend.set_up()
    from components.train import assembly
    from components.train.data.batches import Batches
    from components.train.loop import head_fitting
    from components.train.loop.validation import Validation
    from components.train.model import network
    from components.train.monitoring.metrics_log import MetricsLog

    batches = Batches(params, store, rows["train"])
    validation = Validation(store.images, rows["val"], params.val_references)
    _log_dataset_summary(params, rows["train"], batches, validation)
    key = Key.of(params, prepared, split)
    checkpoints = Checkpoints(key, params.checkpoints)
    saved = checkpoints.named(resume) if resume else checkpoints.newest()
    trainer = assembly.trainer(params, store, batches, validation, checkpoints)
    if params.weights != "none" and not saved:
        head_fitting.fit_head(trainer.model.embedder, params, store.images, rows["train"])
    with (
        step_runs.train_run(params, saved.run_id if saved else None, data_params) as tracked,
        atomic_folder(out) as fresh,
    ):
        tracked.log_dataset("prepared", prepared, key.data, "training")
        log = MetricsLog(tracked, resume=saved is not None)
        if saved:
            sys.stderr.write(f"going on after step {saved.step} of {params.steps}\n")
            trainer.restore(saved)
        figures = trainer.fit(log)
        tracked.record.step = params.steps  # where no step was left, nothing was logged
        log.close()
        network.clone_in_precision(trainer.best_embedder(), "float32").save(
            fresh / "embedder.keras"
        )
        store.normalisation.save(fresh / "normalise.json")
        trainer.history.write(fresh / "history.csv")
        tracked.log_artifacts(fresh / "history.csv", "training")
        tracked.write(fresh)
    checkpoints.clear()
    return figures


def rows_of(store: ImageStore, split: Path) -> dict[str, pd.DataFrame]:
    """Returns the rows of the index, numbered in `row`, that are in train and in val.

    Raises:
        InputError: there is none in one of them.
    """
    parts = partition.read(split, store.index)
    described = store.index.assign(row=np.arange(len(store.index))).merge(
        parts[["row", "part"]], on="row"
    )
    result = {part: described[described.part == part] for part in ("train", "val")}
    for part, members in result.items():
        if members.empty:
            raise InputError(
                f"{split}: no image is in part '{part}'; "
                f"bring more identities or change section split"
            )
    return result


def _log_dataset_summary(
    params: TrainParams, rows: pd.DataFrame, batches: "Batches", validation: "Validation"
) -> None:
    """Writes to stderr the extent of the training data and what it leaves without effect."""
    genuine, sampler = int((rows.kind == "genuine").sum()), batches.sampler
    sys.stderr.write(
        f"{len(sampler.names)} training identities, {genuine} genuine images, "
        f"{len(rows) - genuine} forgeries\n"
    )
    if sampler.left_out:
        sys.stderr.write(
            f"{sampler.left_out} identities with a single genuine image are left out of the "
            f"training\n"
        )
    if params.forgeries_per_identity and not sampler.forged:
        sys.stderr.write(
            "there are no forgeries to train on: train.forgeries_per_identity has no effect\n"
        )
    if params.augment.thickness and batches.images.shape[-1] != GREY:
        sys.stderr.write("the prepared images are RGB: train.augment.thickness has no effect\n")
    if validation.identifiable < 2:
        sys.stderr.write(
            f"no two identities of val have more than train.val_references "
            f"({params.val_references}) genuine images: there will be no identification accuracy\n"
        )
