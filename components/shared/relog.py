"""`python -m components.shared.relog models/embedder …`: logs outputs after the store was down."""

import argparse
import os
from collections.abc import Sequence
from pathlib import Path

from components.shared.model import bundle, operations, pinned
from components.shared.runtime import cli
from components.shared.runtime.errors import InputError
from components.shared.storage.files import uploads
from components.shared.storage.reading import reading
from components.shared.tracking import mlflow_store, run_tags
from components.shared.tracking.record import RECORD, Record
from components.shared.tracking.run import Run
from components.shared.tracking.store_requests import answer, first_line


def main(argv: Sequence[str] | None = None) -> None:
    """Parses the command line and logs the folders as one run."""
    cli.tolerate_encodings()
    parser = argparse.ArgumentParser(
        prog="python -m components.shared.relog",
        description="Logs the outputs of train, evaluate and freeze to MLflow, as one new run.",
        epilog="example:\n  python -m components.shared.relog models/embedder reports/evaluation "
        "models/frozen",
        formatter_class=cli.Formatter,
    )
    parser.add_argument(
        "folders",
        nargs="+",
        metavar="DIR",
        help="a step's output folder; @sha256:… behind that of freeze is the digest that its "
        "manifest.json must have",
    )
    options = parser.parse_args(argv)
    cli.execute(lambda: relog(list(map(pinned.folder, options.folders))))


def relog(folders: Sequence[Path]) -> str:
    """Logs folders as one new run.

    Args:
        folders: outputs of train, evaluate or freeze.

    Returns:
        The new run's id.

    Raises:
        InputError: a folder has no record, a model in it is not as its manifest says or would run
            other than a network's operations, or the store still does not answer.
    """
    for folder in folders:
        _check(folder)
    try:
        client = mlflow_store.connect()
        name = f"relog-{os.urandom(3).hex()}"
        tags = {run_tags.NAME: name, **run_tags.origin("components.shared.relog")}
        created = answer(lambda: client.create_run(mlflow_store.experiment_id(client), tags=tags))
    except Exception as error:
        raise InputError(f"the tracking store cannot be used: {first_line(error)}") from error
    run = Run(client, created.info.run_id)
    for folder in folders:
        _log(run, folder)
    run.end("FINISHED")
    if run.run_id is None:
        raise InputError("the tracking store stopped answering; run this again")
    print(f"logged as run {run.run_id}")  # noqa: T201
    return run.run_id


def _check(folder: Path) -> None:
    if not (folder / RECORD).is_file():
        raise InputError(
            f"{folder}: has no {RECORD}; name the output folder of train, evaluate or freeze"
        )
    if (folder / bundle.MANIFEST).is_file():
        bundle.read(folder)
    if (folder / bundle.SAVED_MODEL).is_dir():
        operations.check_saved_model(folder / bundle.SAVED_MODEL)


def _log(run: Run, folder: Path) -> None:
    """Logs an output folder: its record, its curves, its model and its files."""
    record = Record.read(folder)
    run.log_params(record.params)
    run.set_tags(record.tags)
    history = folder / "history.csv"
    if history.is_file():
        import pandas as pd

        with reading(history, "no history of a training ({reason})"):
            rows = pd.read_csv(history).astype(float).to_dict("records")
            steps = [int(row.pop("step")) for row in rows]
        for step, row in zip(steps, rows, strict=True):
            run.log_curves({str(name): value for name, value in row.items()}, step)
    elif record.metrics:
        run.log_evaluation(record.metrics)
        run.record.step = record.step
    if (folder / bundle.SAVED_MODEL).is_dir():
        run.log_model(folder / bundle.SAVED_MODEL, _embedding_size(folder / bundle.SAVED_MODEL))
    for path in uploads(folder):
        if path.suffix not in {".keras", ".pb"}:
            run.log_artifacts(path, folder.name)


def _embedding_size(saved_model: Path) -> int:
    import tensorflow as tf

    signature = tf.saved_model.load(str(saved_model)).signatures["serving_default"]
    return int(signature.structured_outputs["embeddings"].shape[-1])


if __name__ == "__main__":
    main()
