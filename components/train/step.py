"""The train step: prepared images and their split in, the best embedder out."""

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from components.shared.data import part_sizes, partition
from components.shared.data.image_store import INDEX, ImageStore, open_store
from components.shared.data.part_sizes import PartSizes
from components.shared.model.embedder import EMBEDDER, START
from components.shared.runtime import backend
from components.shared.runtime.errors import InputError
from components.shared.storage.files import atomic_folder
from components.shared.tracking import data_set, step_runs
from components.train.channels import GREY, channel_faults
from components.train.checkpoints import place
from components.train.checkpoints.checkpoints import Checkpoints
from components.train.checkpoints.run_key import Key
from components.train.model import initial_weights
from components.train.params import TrainParams


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
        out: becomes models/embedder: embedder.keras (float32), start.keras (the same network at
            step 0, unless its weights were random or are kept), normalise.json, history.csv,
            mlflow_run.json.
        data_params: the parameters of the data, as `section.parameter`, for the record; None: those
            in dvc.lock, if any.
        resume: a checkpoint to resume from; None: the newest of this run, if any.

    Returns:
        The figures of the best checkpoint on val.

    Raises:
        InputError: the data cannot fill the batches or the validation, weights or a checkpoint
            cannot be used or written, the training diverges, the disk is full.
        KeyboardInterrupt: Ctrl-C or SIGTERM, after a checkpoint was written.
    """
    place.check()
    store = open_store(prepared)
    rows = rows_of(store, split)
    channels = store.normalisation.channels
    sizes = {part: PartSizes.of(images) for part, images in rows.items()}
    _log_dataset_summary(params, channels, sizes)
    _log_collections(params, rows["train"])
    _validate(params, channels, sizes)  # before TensorFlow is loaded, which takes seconds
    backend.set_up()
    from components.train import assembly
    from components.train.data.batches import Batches
    from components.train.loop import head_fitting
    from components.train.loop.validation import Validation
    from components.train.monitoring.metrics_log import MetricsLog

    batches = Batches(params, store, rows["train"])
    validation = Validation(store.images, rows["val"], params.val_references)
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
        data = data_set.describe(tracked.record.params, prepared / INDEX)
        tracked.log_dataset(data, "training")
        tracked.describe(f"Training on **{data.name}** ({data.revision}), {params.steps} steps.")
        log = MetricsLog(tracked, resume=saved is not None)
        if saved:
            sys.stderr.write(f"going on after step {saved.step} of {params.steps}\n")
            trainer.restore(saved)
        figures = trainer.fit(log)
        tracked.record.step = params.steps  # where no step was left, nothing was logged
        log.close()
        _save(trainer.best_embedder(), fresh / EMBEDDER)
        if (start := trainer.start_embedder()) is not None:
            _save(start, fresh / START)
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


def _validate(params: TrainParams, channels: int, sizes: Mapping[str, PartSizes]) -> None:
    """Checks that the parameters suit the data.

    Raises:
        InputError: with every fault.
    """
    faults = channel_faults(params, channels)
    faults += part_sizes.batch_faults(sizes["train"], params)
    faults += part_sizes.comparison_faults("val", sizes["val"])
    try:
        initial_weights.find(params)
    except InputError as error:
        faults.append(str(error))
    if faults:
        raise InputError("; ".join(faults))


def _save(embedder: Any, path: Path) -> None:
    """Writes an embedder in float32, without what only its training adds."""
    from components.train.model import network

    network.clone_in_precision(embedder, "float32").save(path)


def _log_collections(params: TrainParams, train: pd.DataFrame) -> None:
    """Writes to stderr how a batch is made of several collections."""
    genuine = train[train["kind"] == "genuine"]
    drawn = genuine[genuine.groupby("identity")["row"].transform("size") > 1]
    counts = drawn.drop_duplicates("identity").get("collection", pd.Series(dtype=str))
    sizes = counts.value_counts().sort_index()
    if len(sizes) < 2:
        return
    mixed = params.collections_per_batch
    count = len(sizes) if mixed == "all" else min(mixed, len(sizes))
    named = ", ".join(f"{name} {size}" for name, size in sizes.items())
    share = "all of them" if count == len(sizes) else f"{count} of them, in turns"
    lines = [f"training identities by collection: {named}; a batch takes from {share}"]
    places = -(-params.identities_per_batch // count)
    if small := [str(name) for name, size in sizes.items() if size < places]:
        lines.append(
            f"{', '.join(small)} cannot fill a batch's share of {places} identities, and others "
            f"fill it up: lower train.identities_per_batch, or raise train.collections_per_batch"
        )
    sys.stderr.write("".join(f"{line}\n" for line in lines))


def _log_dataset_summary(
    params: TrainParams, channels: int, sizes: Mapping[str, PartSizes]
) -> None:
    """Writes to stderr the extent of the training data and what it leaves without effect."""
    train, val = sizes["train"], sizes["val"]
    drawn, forgeries = train.with_more_than(1), train.forgeries.sum()
    lines = [
        f"{drawn} training identities, {train.genuine.sum()} genuine images, {forgeries} forgeries"
    ]
    if left_out := len(train.genuine) - drawn:
        lines.append(
            f"{left_out} identities with a single genuine image are left out of the training"
        )
    if params.forgeries_per_identity and not train.forgeries[train.genuine > 1].any():
        lines.append(
            "there are no forgeries to train on: train.forgeries_per_identity has no effect"
        )
    if params.augment.thickness and channels != GREY:
        lines.append("the prepared images are RGB: train.augment.thickness has no effect")
    if val.with_more_than(params.val_references) < 2:
        lines.append(
            f"no two identities of val have more than train.val_references "
            f"({params.val_references}) genuine images: there will be no identification accuracy"
        )
    sys.stderr.write("".join(f"{line}\n" for line in lines))
