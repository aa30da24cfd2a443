"""MLflow: opening, adopting and writing the run of an execution.

The store is `MLFLOW_TRACKING_URI` where set, else the embedded one in mlruns/. A store that is down
costs one warning: the step goes on, and its record (`mlflow_run.json`, with `run_id: null`) can be
logged later with `python -m components.shared.relog`.
"""

import logging
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.shared.runtime.params import StepParams
from components.shared.storage.files import project_root
from components.shared.tracking import data_version
from components.shared.tracking.run import Record, Run, flat_params, yaml_text

EXPERIMENT = "signature-recognition"
DVC_TAGS = ("DVC_EXP_NAME", "DVC_EXP_BASELINE_REV", "DVC_STAGE")
SETTINGS = {
    "MLFLOW_LOGGING_LEVEL": "WARNING",
    "MLFLOW_HTTP_REQUEST_MAX_RETRIES": "1",
    "MLFLOW_HTTP_REQUEST_TIMEOUT": "4",
    "MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR": "1",
    "MLFLOW_DISABLE_TELEMETRY": "true",
    "MLFLOW_DO_NOT_TRACK": "true",
}

logger = logging.getLogger(__name__)


@contextmanager
def train_run(
    params: StepParams, resume: str | None = None, data_params: Mapping[str, str] | None = None
) -> Iterator[Run]:
    """The run of a training: the one that is given, else the interrupted run to go on with, else a
    new one.

    Args:
        params: section `train`.
        resume: the id of the run that an interrupted training had, if any.
        data_params: the parameters of the data, as `section.parameter`; None: those that dvc.lock
            records, if any.
    """
    inherited = Record(params=dict(_recorded_data_params() if data_params is None else data_params))
    with _opened("train", params, lambda client: _existing(client, resume), inherited) as run:
        yield run


@contextmanager
def evaluation_run(trained: Record, params: StepParams) -> Iterator[Run]:
    """The run that is given, else train's if this store has it and it holds no evaluation yet, else
    a new one.

    In another run than train's, train's record is copied.

    Args:
        trained: the record of train.
        params: section `evaluate`.
    """

    def adopt(client: Any) -> Any:
        found = _existing(client, trained.run_id)
        return found if found is not None and "evaluated" not in found.data.tags else None

    with _opened("evaluate", params, adopt, trained) as run:
        if run.run_id != trained.run_id:
            run.log_metrics(trained.metrics)
            run.set_tags({"train_run_id": trained.run_id or "unknown"})
        yield run
        run.set_tags({"evaluated": "true"})


@contextmanager
def model_run(evaluated: Record, params: StepParams) -> Iterator[Run]:
    """The run that is given, else that of the evaluation, to log the shipped model in; else a new
    one.

    Args:
        evaluated: the record of evaluate.
        params: section `freeze`.
    """
    with _opened(
        "freeze", params, lambda client: _existing(client, evaluated.run_id), evaluated
    ) as run:
        if run.run_id != evaluated.run_id:
            run.log_metrics(evaluated.metrics)
        yield run


@contextmanager
def _opened(
    stage: str, params: StepParams, adopt: Callable[[Any], Any], inherited: Record
) -> Iterator[Run]:
    """Opens the store and a run in it, and ends the run as the block ends.

    A run that is given by `MLFLOW_RUN_ID` comes before the one that `adopt` finds; Kubeflow
    Pipelines may give each task one of its own.
    """
    own = flat_params(stage, params)
    tags = {"stage": stage, **{name: os.environ[name] for name in DVC_TAGS if name in os.environ}}
    run = Run(None, None)
    try:
        client = connect()
        found = _existing(client, os.environ.get("MLFLOW_RUN_ID")) or adopt(client)
        if found is not None and any(
            found.data.params.get(name, value) != value for name, value in own.items()
        ):
            found = None  # it stands for an execution with other settings
        if found is None:
            experiment = experiment_id(client)
            found = client.create_run(
                experiment, tags={"mlflow.runName": _run_name(stage), **_source_tags()}
            )
        else:
            client.update_run(found.info.run_id, status="RUNNING")
        run = Run(client, found.info.run_id, logged=dict(found.data.params))
        run.keep_open = found.info.run_id == os.environ.get("MLFLOW_RUN_ID")
    except Exception as error:  # whatever a store that is down may raise
        run.disconnect(error)
    run.record.step = inherited.step
    run.log_params({**inherited.params, **own})
    run.set_tags(tags)
    try:
        yield run
    except BaseException as error:
        run.end("KILLED" if isinstance(error, KeyboardInterrupt) else "FAILED")
        raise
    run.end("FINISHED")


def connect() -> Any:
    """A client of the configured store, with bounded retries.

    Raises:
        MlflowException: the store cannot be used.
    """
    for name, value in SETTINGS.items():
        os.environ.setdefault(name, value)
    import mlflow

    logging.getLogger("alembic").setLevel(logging.WARNING)
    mlflow.set_tracking_uri(os.environ.get("MLFLOW_TRACKING_URI") or _embedded_store())
    return mlflow.MlflowClient()


def _embedded_store() -> str:
    folder = project_root() / "mlruns"
    folder.mkdir(exist_ok=True)
    return f"sqlite:///{folder / 'mlflow.db'}"


def experiment_id(client: Any) -> str:
    """The id of the project's experiment (`MLFLOW_EXPERIMENT_ID` or `_NAME` where set), created at
    need.
    """
    given = os.environ.get("MLFLOW_EXPERIMENT_ID")
    if given:
        return given
    name = os.environ.get("MLFLOW_EXPERIMENT_NAME") or EXPERIMENT
    found = client.get_experiment_by_name(name)
    if found:
        return str(found.experiment_id)
    import mlflow

    # Not by the environment, in which `connect` notes the embedded store too.
    embedded = mlflow.get_tracking_uri() == _embedded_store()
    location = (project_root() / "mlruns" / "artifacts").as_uri() if embedded else None
    try:
        return str(client.create_experiment(name, artifact_location=location))
    except mlflow.MlflowException as error:
        if error.error_code != "RESOURCE_ALREADY_EXISTS":
            raise
        return str(
            client.get_experiment_by_name(name).experiment_id
        )  # another process made it just now


def _existing(client: Any, run_id: str | None) -> Any:
    """The run, or None where this store has no such run, or a deleted one."""
    from mlflow.exceptions import MlflowException

    if run_id is None:
        return None
    try:
        found = client.get_run(run_id)
    except MlflowException as error:
        if error.error_code in {"RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"}:
            return None
        raise
    return found if found.info.lifecycle_stage == "active" else None


def _run_name(stage: str) -> str:
    return os.environ.get("DVC_EXP_NAME") or f"{stage}-{os.urandom(3).hex()}"


def _source_tags() -> dict[str, str]:
    revision = os.environ.get("GIT_REVISION") or _git_revision()
    return {"mlflow.source.git.commit": revision} if revision else {}


def _git_revision() -> str | None:
    import subprocess

    command = ["git", "rev-parse", "HEAD"]
    try:
        done = subprocess.run(  # noqa: S603
            command, cwd=project_root(), capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return None
    return done.stdout.strip()


def _recorded_data_params() -> dict[str, str]:
    """How the data at hand were made, as dvc.lock records it; empty outside of DVC."""
    lock = Path("dvc.lock")
    if "DVC_STAGE" not in os.environ or not lock.is_file():
        return {}
    import yaml

    stages = (yaml.safe_load(lock.read_text(encoding="utf-8")) or {}).get("stages", {})
    recorded: dict[str, str] = {}
    for stage in ("ingest", "preprocess", "split"):
        for section in stages.get(stage, {}).get("params", {}).values():
            recorded |= _flat(section)
    return recorded | data_version.recorded()


def _flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, str]:
    flat: dict[str, str] = {}
    for key, value in values.items():
        flat |= (
            _flat(value, f"{prefix}{key}.")
            if isinstance(value, dict)
            else {f"{prefix}{key}": yaml_text(value)}
        )
    return flat
