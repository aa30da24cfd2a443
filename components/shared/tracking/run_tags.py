"""The tags that say where a run comes from: user, command, commit, process."""

import getpass
import os
from typing import Any

from components.shared.runtime import processes
from components.shared.tracking import code_version

NAME, DESCRIPTION, PARENT = "mlflow.runName", "mlflow.note.content", "mlflow.parentRunId"
PROCESS = "mlflow.process"
"""Host, process namespace and process id; MLflow's pages show no tag of this prefix."""


def origin(source: str) -> dict[str, str]:
    """Returns the tags of a new run.

    Args:
        source: the command that opens it, as `components.train`.
    """
    tags = {
        "mlflow.user": _user(),
        "mlflow.source.name": source,
        "mlflow.source.type": "LOCAL",
        PROCESS: process(),
    }
    revision = code_version.git_revision()
    return tags | ({"mlflow.source.git.commit": revision} if revision else {})


def process(number: int | None = None) -> str:
    """Returns the value of `PROCESS` for a process of this machine, this one where it is None."""
    return f"{processes.machine()} {os.getpid() if number is None else number}"


def has_died(run: Any) -> bool:
    """Returns True where a run's process was on this machine and is no more."""
    machine, _, number = run.data.tags.get(PROCESS, "").rpartition(" ")
    return machine == processes.machine() and not processes.is_alive(int(number))


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        return "unknown"
