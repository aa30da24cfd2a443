"""The MLflow store: a client of it, the project's experiment, and the runs in it.

The store is `MLFLOW_TRACKING_URI` where set, else the embedded one in mlruns/.
"""

import logging
import os
import shutil
import tempfile
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError
from components.shared.storage.file_lock import file_lock
from components.shared.storage.files import atomic_file, project_root
from components.shared.tracking import store_location

EXPERIMENT = "signature-recognition"
DESCRIPTION = {
    "mlflow.note.content": "Trainings and evaluations of networks that tell genuine signatures "
    "from forged ones. `train/` and `val/` are curves, `verify/` the figures on test "
    "identities; `eer_val` is the rate by which settings are chosen.",
    "mlflow.experimentKind": "custom_model_development",
}
SQLITE = "sqlite:///"
SETTINGS = {
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "4",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR": "false",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DO_NOT_TRACK": "true",
}


def connect() -> Any:
    """Returns an MlflowClient of the configured store, with bounded retries.

    Raises:
        MlflowException: the store cannot be used.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import mlflow

    logging.getLogger("alembic").setLevel(logging.WARNING)
    uri = os.environ.get("MLFLOW_TRACKING_URI") or _embedded_store()
    mlflow.set_tracking_uri(uri)
    with _lock_tables(uri):
        _make_tables(uri)
        client = mlflow.MlflowClient()
        if is_embedded(uri):
            store_location.follow_folder(_embedded_database())
    return client


def experiment_id(client: Any) -> str:
    """Returns the id of the experiment, which is created where the store does not have it.

    The experiment is that of `MLFLOW_EXPERIMENT_ID` or `MLFLOW_EXPERIMENT_NAME`, else `EXPERIMENT`.

    Raises:
        InputError: the experiment of that name was deleted: MLflow keeps it, and takes no run.
    """
    experiment = os.environ.get("MLFLOW_EXPERIMENT_ID")
    if experiment:
        return experiment
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
    existing = client.get_experiment_by_name(name)
    if existing is None:
        return _create_experiment(client, name)
    if existing.lifecycle_stage == "deleted":
        raise InputError(
            f"experiment '{name}' (id {existing.experiment_id}) is deleted: restore it, or name "
            "another in MLFLOW_EXPERIMENT_NAME"
        )
    if name == EXPERIMENT:
        _describe(client, existing)
    return str(existing.experiment_id)


def is_embedded(uri: str) -> bool:
    """Tells the store in mlruns/ from others."""
    database = _database(uri)
    return database is not None and database.resolve() == _embedded_database().resolve()


def active_run(client: Any, run_id: str | None) -> Any:
    """Returns the run of an id, or None where this store has no such run, or a deleted one."""
    from mlflow.exceptions import MlflowException

    if run_id is None:
        return None
    try:
        run = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise
    return run if run.info.lifecycle_stage == "active" else None


def _create_experiment(client: Any, name: str) -> str:
    import mlflow

    # Not by the environment, in which `connect` notes the embedded store too.
    embedded = is_embedded(mlflow.get_tracking_uri())
    location = store_location.location(_embedded_database().parent) if embedded else None
    tags = DESCRIPTION if name == EXPERIMENT else None
    try:
        return str(client.create_experiment(name, artifact_location=location, tags=tags))
    except mlflow.MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        # Another process has created it just now.
        return str(client.get_experiment_by_name(name).experiment_id)


def _describe(client: Any, experiment: Any) -> None:
    """Describes an experiment that an earlier version has made; a user's words stay."""
    for tag in DESCRIPTION.keys() - experiment.tags.keys():
        client.set_experiment_tag(experiment.experiment_id, tag, DESCRIPTION[tag])


def _lock_tables(uri: str) -> AbstractContextManager[None]:
    """Lets one process at a time make the tables of an SQLite store, as its client does first."""
    database = _database(uri)
    return file_lock(Path(f"{database}.lock")) if database else nullcontext()


def _make_tables(uri: str) -> None:
    """Makes an SQLite store where there is none, whole: MLflow mends no tables that were cut."""
    database = _database(uri)
    if database is None or database.exists():
        return
    import mlflow

    with tempfile.TemporaryDirectory() as folder:
        fresh = Path(folder) / database.name
        mlflow.MlflowClient(f"{SQLITE}{fresh}")
        with atomic_file(database) as place:
            shutil.copyfile(fresh, place)


def _database(uri: str) -> Path | None:
    """Returns the file of an SQLite store; None for others, and for one in memory."""
    path = uri.partition("?")[0].removeprefix(SQLITE)
    return Path(path) if uri.startswith(SQLITE) and path not in {"", ":memory:"} else None


def _embedded_store() -> str:
    database = _embedded_database()
    database.parent.mkdir(exist_ok=True)
    return f"{SQLITE}{database}"


def _embedded_database() -> Path:
    return project_root() / "mlruns" / "mlflow.db"
