"""Commands that run a Kubeflow pipeline once: `run`, `compile`, `submit` and `retry`."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from components.shared.runtime import cli
from pipelines import arguments
from pipelines.arguments import Commands
from pipelines.kubeflow import address, submission
from pipelines.kubeflow import options as pipeline_options

if TYPE_CHECKING:
    from pipelines.kubeflow.server import Server


def add_run(subparsers: Commands) -> None:
    """Adds `run`."""
    command = arguments.add(
        subparsers,
        "run",
        "run a pipeline on this machine, one process or one container a task",
        "run -S train.steps=20 -S ingest.sample.identities=20",
    )
    pipeline_options.add_pipeline(command)
    arguments.add_params(command)
    command.add_argument(
        "--root",
        type=Path,
        default=Path("build/kubeflow"),
        metavar="DIR",
        help="each run gets a folder below it",
    )
    command.add_argument(
        "--runner",
        choices=("subprocess", "docker"),
        default="subprocess",
        help="start each task as a process or as a container",
    )
    pipeline_options.add_image(command)
    cli.add_quiet(command)
    command.set_defaults(action=_run)


def add_compile(subparsers: Commands) -> None:
    """Adds `compile`."""
    command = arguments.add(
        subparsers,
        "compile",
        "write a pipeline as YAML, to upload to Kubeflow Pipelines",
        "compile --image registry.example/signature-recognition:1.0 -S cluster.train.memory=16Gi",
    )
    pipeline_options.add_compiled_pipeline(command)
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="what to write, else build/<pipeline>.yaml"
    )
    command.add_argument(
        "--kubernetes-manifests",
        action="store_true",
        help="write a Pipeline and a PipelineVersion, for kubectl apply",
    )
    command.add_argument("--namespace", help="Kubernetes namespace of the manifests")
    command.set_defaults(action=_compile)


def add_submit(subparsers: Commands) -> None:
    """Adds `submit`."""
    command = arguments.add(
        subparsers,
        "submit",
        "run a pipeline on a server of Kubeflow Pipelines",
        "submit --host https://kubeflow.example/pipeline "
        "--image registry.example/signature-recognition:1.0 --wait",
    )
    pipeline_options.add_compiled_pipeline(command)
    address.add_address(command)
    command.add_argument(
        "--run", metavar="NAME", help="name of the run, else its pipeline and what was changed"
    )
    submission.add_run_settings(command)
    _add_wait(command)
    command.set_defaults(action=_submit)


def add_retry(subparsers: Commands) -> None:
    """Adds `retry`."""
    summary = "start a run again that failed or was stopped, from the tasks that did not succeed"
    command = subparsers.add_parser(
        "retry",
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}.",
        epilog="example:\n  python -m pipelines retry 4d2f6c1e-run-id --wait",
        formatter_class=cli.Formatter,
    )
    command.add_argument("run", metavar="RUN", help="id of the run, the end of its page's address")
    address.add_address(command)
    _add_wait(command)
    command.set_defaults(action=_retry)


def _add_wait(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--wait",
        action="store_true",
        help="wait until the run has ended, with a line whenever a task's state changes; "
        "exit code 1 if it failed",
    )


def _run(options: argparse.Namespace) -> None:
    from pipelines import sections
    from pipelines.kubeflow import local_runner

    params = sections.override(sections.read(options.params), options.assignments)
    image = options.image if options.runner == "docker" else None
    try:
        outputs = local_runner.run(pipeline_options.builder(options), params, options.root, image)
    except local_runner.TaskError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
    for name, path in outputs.items():
        sys.stdout.write(f"{name}: {path}\n")


def _compile(options: argparse.Namespace) -> None:
    from pipelines.kubeflow import package

    out = options.out or Path("build") / f"{options.pipeline}.yaml"
    package.check(out)
    pipeline = pipeline_options.build(options)
    if options.kubernetes_manifests:
        package.write_manifests(pipeline, out, options.namespace)
    else:
        package.write(pipeline, out)
    sys.stdout.write(f"{out}: tasks run in {options.image}\n")


def _submit(options: argparse.Namespace) -> None:
    server = address.connect(options)
    name = options.run or submission.run_name(options)
    with submission.prepare(options) as prepared:
        run_id = server.submit(prepared, name, submission.run_settings(options))
    _follow(server, run_id, options.wait)


def _retry(options: argparse.Namespace) -> None:
    server = address.connect(options)
    server.retry(options.run)
    _follow(server, options.run, options.wait)


def _follow(server: "Server", run_id: str, is_awaited: bool) -> None:
    """Prints the address of a run's page, and waits for its end where that is wanted."""
    from pipelines.kubeflow import waiting

    _say(server.page(run_id))
    if not is_awaited:
        return
    try:
        waiting.wait(server, run_id, _say)
    except waiting.RunFailedError as failure:
        sys.stderr.write(f"error: {failure}\n")
        sys.exit(1)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
