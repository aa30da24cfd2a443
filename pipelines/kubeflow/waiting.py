"""Waiting for the end of a run, with what happens to its tasks meanwhile."""

import time
from collections.abc import Callable
from typing import Any

from components.shared.runtime.errors import InputError
from pipelines.kubeflow import pod_logs, task_states
from pipelines.kubeflow.connection import TransientError
from pipelines.kubeflow.server import Server

POLL = 10.0  # seconds between two questions whether a run has ended
PATIENCE = 600.0  # seconds for which these may fail
ENDED = {"SUCCEEDED", "FAILED", "SKIPPED", "CANCELED"}


class RunFailedError(Exception):
    """A run that ended otherwise than well."""


def wait(server: Server, run_id: str, say: Callable[[str], Any], poll: float = POLL) -> None:
    """Waits until a run has ended; asks again where the server fails, as it does while it is
    restarted.

    Args:
        server: that runs it.
        run_id: of the run.
        say: takes a line whenever a task's state changes, and where a pod is pending for minutes.
        poll: seconds between two questions.

    Raises:
        RunFailedError: it did not succeed; with the tasks that failed and a log's last lines.
        InputError: the server refuses, or has failed for `PATIENCE`; the run goes on.
    """
    watch = task_states.Watch(server.namespace)
    answered = time.monotonic()
    while True:
        try:
            run = server.run(run_id)
            for line in watch.lines(run):
                say(line)
            if run.state in ENDED:
                break
            answered = time.monotonic()
        except TransientError:
            if time.monotonic() - answered > PATIENCE:
                raise
        time.sleep(poll)
    if run.state != "SUCCEEDED":
        raise RunFailedError(_failure(server, run))


def _failure(server: Server, run: Any) -> str:
    text = f"the run {run.state.lower()}"
    tasks = task_states.failed_tasks(run)
    if tasks:
        text += f": task{'s' * (len(tasks) > 1)} {', '.join(map(repr, tasks))} failed"
    elif run.error and run.error.message:
        text += f": {run.error.message}"
    lines = _last_lines(server, run)
    return "\n  ".join([f"{text}; the last lines of its log:", *lines]) if lines else text


def _last_lines(server: Server, run: Any) -> list[str]:
    """Returns the last lines of the first failed pod whose log can be had."""
    nodes = task_states.failed_nodes(run)
    try:
        templates = pod_logs.templates(server.specification(run)) if nodes else []
        for node in nodes:
            for pod in pod_logs.pod_names(node, templates):
                if log := server.log(run.run_id, pod):
                    return pod_logs.last_lines(log)
    except InputError:
        pass  # the server refuses; the run's page has the log
    return []
