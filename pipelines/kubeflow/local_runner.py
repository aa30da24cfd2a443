"""Runs of a pipeline on this machine: one process a task, with the code at hand, or one container
a task.
"""

import io
import logging
import os
import re
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from components.shared.runtime.errors import InputError
from components.shared.storage.files import code_root
from pipelines.sections import Sections

if TYPE_CHECKING:
    from pipelines.kubeflow.cluster import Cluster

NO_IMAGE = "python"
Build: TypeAlias = "Callable[[str, Sections, Cluster], Any]"
COLOUR = re.compile(r"\x1b\[\d*m")
BAD_INPUT = "error: "  # as cli.exit_codes writes it


class TaskError(Exception):
    """A failure of a task for a reason other than bad input."""


def run(build: Build, sections: Sections, root: Path, image: str | None = None) -> dict[str, Path]:
    """Runs all tasks, with their output on stdout.

    Args:
        build: makes the pipeline.
        sections: of params.yaml, by name.
        root: folder under which every run gets a folder of its own.
        image: of the containers; None: processes.

    Returns:
        Paths of the reports and of the shipped model, by name.

    Raises:
        InputError: a task refused its input, and the message names the task; or Docker cannot be
            used.
        TaskError: a task failed otherwise; the message names the task.
    """
    from kfp import local

    from pipelines.kubeflow import docker_runner
    from pipelines.kubeflow.cluster import LOCAL

    # KFP raises the level for its own messages about the tasks.
    logging.getLogger().setLevel(logging.WARNING)
    sections = sections if image is None else docker_runner.with_absolute_paths(sections)
    pipeline = build(image or NO_IMAGE, sections, LOCAL)
    root.mkdir(parents=True, exist_ok=True)  # else the engine makes it, as its own user
    runner = (
        local.SubprocessRunner(use_venv=False)
        if image is None
        else docker_runner.runner(image, sections)
    )
    local.init(runner=runner, pipeline_root=str(root.resolve()))
    log = _Log(sys.stdout)
    with (
        _environment(),
        redirect_stdout(log),
        warnings.catch_warnings(),
        docker_runner.translate_errors(),
    ):
        # Resources are for a cluster alone.
        warnings.filterwarnings("ignore", message=".*have no effect")
        try:
            outputs = pipeline().outputs
        except (RuntimeError, ValueError) as error:
            # A container that is gone before KFP asks how it ended counts as a success, and its
            # outputs are missed.
            raise log.failure(error) from None
        except KeyboardInterrupt:
            if image is not None:
                docker_runner.kill_containers()
            raise
    paths = {name: Path(output.path) for name, output in outputs.items() if name != "metrics"}
    return {"report": paths.pop("evaluation") / "report.html", **paths}


@contextmanager
def _environment() -> Iterator[None]:
    """Sets the variables by which the tasks' processes find the code and keep TensorFlow quiet."""
    before = dict(os.environ)
    paths = [str(code_root()), *filter(None, [before.get("PYTHONPATH")])]
    os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


class _Log(io.TextIOBase):
    """A stream that passes text on, without unwanted colours, and keeps a task's last reason to
    refuse its input.
    """

    def __init__(self, stream: Any) -> None:
        self._stream = stream
        self._is_plain = bool(os.environ.get("NO_COLOR")) or not stream.isatty()
        self._reason = ""

    def write(self, text: str) -> int:
        for line in text.splitlines():
            if line.strip().startswith(BAD_INPUT):
                self._reason = line.strip().removeprefix(BAD_INPUT)
        self._stream.write(COLOUR.sub("", text) if self._is_plain else text)
        return len(text)

    def flush(self) -> None:
        self._stream.flush()

    def failure(self, error: Exception) -> Exception:
        """Returns the error for the user, from KFP's, which names the task and no reason."""
        match = re.search(r"(?:task failed:|from task) \W*(?:\[\d+m)?'([\w-]+)'", str(error))
        if not match and isinstance(error, ValueError):
            return error
        task = f"task '{match[1]}'" if match else "the pipeline"
        if self._reason:
            return InputError(f"{task} failed: {self._reason}")
        return TaskError(f"{task} failed; what it said stands above")
