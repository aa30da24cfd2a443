"""The MLflow run of a step's execution: a new one, or an earlier one that is continued.

A store that is down costs one warning: the step goes on, and its record (`mlflow_run.json`, with
`run_id: null`) can be logged later with `python -m components.shared.relog`.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from components.shared.runtime.params import StepParams
from components.shared.tracking import data_version, run_tags
from components.shared.tracking.mlflow_store import active_run, connect, experiment_id
from components.shared.tracking.record import Record, flat_params
from components.shared.tracking.run import Run
from components.shared.tracking.store_requests import answer

DVC_TAGS = ("DVC_EXP_NAME", "DVC_EXP_BASELINE_REV")


@contextmanager
def train_run(
    params: StepParams, resume: str | None = None, data_params: Mapping[str, str] | None = None
) -> Iterator[Run]:
    """Opens the run of a training: the interrupted run that is resumed, else a new one.

    Args:
        params: section `train`.
        resume: the id of the run that an interrupted training had, if any.
        data_params: the parameters of the data, as `section.parameter`; None: those that dvc.lock
            records, if any.
    """
    if data_params is None:
        data_params = data_version.recorded_params()
    inherited = Record(params=dict(data_params))
    with _open_run("train", params, lambda client: active_run(client, resume), inherited) as run:
        yield run


@contextmanager
def evaluation_run(trained: Record, params: StepParams) -> Iterator[Run]:
    """Opens train's run if this store has it and it holds no evaluation yet, else a new one.

    Train's record is copied into another run than its own. The step after train's last, which has
    no curves, is that of the shipped model.

    Args:
        trained: the record of train.
        params: section `evaluate`.
    """

    def train_run_without_evaluation(client: Any) -> Any:
        run = active_run(client, trained.run_id)
        return run if run is not None and "evaluated" not in run.data.tags else None

    with _open_run("evaluate", params, train_run_without_evaluation, trained) as run:
        if run.run_id != trained.run_id:
            run.log_curves(trained.metrics, trained.step)
            run.set_tags({"train_run_id": trained.run_id or "unknown"})
        run.record.step = trained.step + 1
        yield run
        run.set_tags({"evaluated": "true"})


@contextmanager
def model_run(evaluated: Record, params: StepParams) -> Iterator[Run]:
    """Opens the evaluation's run to log the shipped model in, else a new one.

    Args:
        evaluated: the record of evaluate.
        params: section `freeze`.
    """

    def evaluation(client: Any) -> Any:
        return active_run(client, evaluated.run_id)

    with _open_run("freeze", params, evaluation, evaluated) as run:
        if run.run_id != evaluated.run_id:
            run.log_evaluation(evaluated.metrics)
        yield run


@contextmanager
def _open_run(
    stage: str, params: StepParams, adopt: Callable[[Any], Any], inherited: Record
) -> Iterator[Run]:
    """Opens the store and a run in it, and ends the run as the block ends.

    The run that `MLFLOW_RUN_ID` names comes before the one that `adopt` returns; Kubeflow Pipelines
    may open one for each task.
    """
    own = flat_params(stage, params)
    tags = {"stage": stage, **{name: os.environ[name] for name in DVC_TAGS if name in os.environ}}
    name = os.environ.get("DVC_EXP_NAME") or f"{stage}-{os.urandom(3).hex()}"
    run = Run(None, None, name=name)
    try:
        client = connect()

        def opened() -> Run:
            adopted = active_run(client, os.environ.get("MLFLOW_RUN_ID")) or adopt(client)
            result = _continue_run(client, adopted, own) or _create_run(client, stage, name)
            _close_killed(client)
            return result

        run = answer(opened)
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


def _continue_run(client: Any, adopted: Any, own: Mapping[str, str]) -> Run | None:
    """Continues a run; returns None where there is none, or one of other settings."""
    if adopted is None:
        return None
    logged = dict(adopted.data.params)
    if any(logged.get(name, value) != value for name, value in own.items()):
        return None
    run_id = adopted.info.run_id
    name = os.environ.get("DVC_EXP_NAME") or adopted.info.run_name
    client.set_tag(run_id, run_tags.PROCESS, run_tags.process())
    client.update_run(run_id, status="RUNNING", name=name)
    run = Run(client, run_id, logged=logged, name=name)
    run.former_name = adopted.info.run_name
    run.keep_open = run_id == os.environ.get("MLFLOW_RUN_ID")
    return run


def _create_run(client: Any, stage: str, name: str) -> Run:
    tags = {run_tags.NAME: name, **run_tags.origin(f"components.{stage}")}
    created = client.create_run(experiment_id(client), tags=tags)
    return Run(client, created.info.run_id, logged=dict(created.data.params), name=name)


def _close_killed(client: Any) -> None:
    """Ends the runs of processes of this machine that were killed, and left them running."""
    for run in client.search_runs([experiment_id(client)], "attributes.status = 'RUNNING'"):
        if run_tags.has_died(run):
            client.set_terminated(run.info.run_id, "KILLED")
