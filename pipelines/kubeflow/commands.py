"""The commands that concern a cluster: `compile`, `submit` and `schedule`."""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from components.shared.runtime.errors import InputError
from pipelines import arguments
from pipelines.arguments import Commands

EXPERIMENT = "signature-recognition"


def add_compile(commands: Commands) -> None:
    """Adds `compile`."""
    command = arguments.add(
        commands,
        "compile",
        "write a pipeline as YAML, to upload to Kubeflow Pipelines",
        "compile --image registry.example/signature-recognition:1.0 -S cluster.train.memory=16Gi",
    )
    _add_pipeline(command)
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="what to write, else build/<pipeline>.yaml"
    )
    command.add_argument(
        "--kubernetes-manifests",
        action="store_true",
        help="write a Pipeline and a PipelineVersion, for kubectl apply",
    )
    command.add_argument("--namespace", help="of the manifests")
    command.set_defaults(action=_compile)


def add_submit(commands: Commands) -> None:
    """Adds `submit`."""
    command = arguments.add(
        commands,
        "submit",
        "run a pipeline on a server of Kubeflow Pipelines",
        "submit --host https://kubeflow.example/pipeline --image registry.example/signature-recognition:1.0 --wait",
    )
    _add_pipeline(command)
    _add_address(command)
    command.add_argument(
        "--run", metavar="NAME", help="name of the run, else the pipeline's with the time"
    )
    command.add_argument(
        "--experiment", default=EXPERIMENT, metavar="NAME", help="that it belongs to"
    )
    command.add_argument(
        "--wait", action="store_true", help="until the run has ended; 1 is returned where it failed"
    )
    command.set_defaults(action=_submit)


def add_schedule(commands: Commands) -> None:
    """Adds `schedule create`, `schedule list` and `schedule remove`."""
    what = "make, list and remove recurring runs on a server of Kubeflow Pipelines"
    actions = commands.add_parser(
        "schedule", help=what, description=f"{what[:1].upper()}{what[1:]}."
    ).add_subparsers(required=True, metavar="create|list|remove")
    create = arguments.add(
        actions,
        "create",
        "make a recurring run",
        'schedule create nightly --cron "0 0 3 * * *" --host https://kubeflow.example/pipeline',
    )
    create.add_argument("name", help="of the recurring run")
    _add_pipeline(create)
    create.add_argument("--experiment", default=EXPERIMENT, metavar="NAME", help="of its runs")
    when = create.add_mutually_exclusive_group(required=True)
    when.add_argument(
        "--cron", metavar="FIELDS", help="six: second, minute, hour, day, month, day of the week"
    )
    when.add_argument("--every", type=int, metavar="SECONDS", help="from one run to the next")
    create.set_defaults(action=_schedule)
    list_ = actions.add_parser(
        "list", help="list the recurring runs", description="List the recurring runs."
    )
    list_.set_defaults(action=_list)
    remove = actions.add_parser(
        "remove", help="remove a recurring run", description="Remove a recurring run."
    )
    remove.add_argument("name", help="of the recurring run")
    remove.set_defaults(action=_remove)
    for command in (create, list_, remove):
        _add_address(command)


def _add_pipeline(command: argparse.ArgumentParser) -> None:
    arguments.add_pipeline(command)
    arguments.add_params(command)
    arguments.add_cluster(command)
    arguments.add_image(command)


def _add_address(command: argparse.ArgumentParser) -> None:
    command.add_argument(
        "--host", metavar="URL", help="address of Kubeflow Pipelines, else KFP_HOST"
    )
    command.add_argument(
        "--namespace", help="yours, where the server has several users, else KFP_NAMESPACE"
    )
    command.add_argument("--token", help="better by KFP_TOKEN: others see a command's arguments")


def _pipeline(options: argparse.Namespace) -> Any:
    given, cluster = arguments.read(options)
    return arguments.builder(options)(options.image, given, cluster)


def _compile(options: argparse.Namespace) -> None:
    from pipelines.kubeflow import package as manifest

    out = options.out or Path("build") / f"{options.pipeline}.yaml"
    manifest.check(out)
    pipeline = _pipeline(options)
    if options.kubernetes_manifests:
        manifest.write_manifests(pipeline, out, options.namespace)
    else:
        manifest.write(pipeline, out)
    sys.stdout.write(f"{out}: tasks run in {options.image}\n")


def _submit(options: argparse.Namespace) -> None:
    from pipelines.kubeflow.server import RunFailedError

    server = _server(options)
    with _package(options) as package:
        run_id = server.submit(package, options.run, options.experiment)
    sys.stdout.write(f"{server.page(run_id)}\n")
    sys.stdout.flush()
    if not options.wait:
        return
    try:
        server.wait(run_id)
    except RunFailedError as failed:
        sys.stderr.write(f"error: {failed}\n")
        sys.exit(1)


def _schedule(options: argparse.Namespace) -> None:
    when = _when(options)
    server = _server(options)
    with _package(options) as package:
        made = server.schedule(package, options.name, options.experiment, when)
    sys.stdout.write(f"{options.name}: recurring run {made}\n")


def _when(options: argparse.Namespace) -> dict[str, Any]:
    if options.cron is None:
        if options.every < 1:
            raise InputError(f"--every {options.every}: at least 1 second is needed")
        return {"interval_second": options.every}
    if len(options.cron.split()) != 6 and not options.cron.startswith(
        "@"
    ):  # KFP reads five as the first five of six
        raise InputError(
            f"--cron '{options.cron}': write six fields: second, minute, hour, day, month, day of the week"
        )
    return {"cron_expression": options.cron}


def _list(options: argparse.Namespace) -> None:
    for one in _server(options).scheduled():
        periodic, cron = one.trigger.periodic_schedule, one.trigger.cron_schedule
        when = cron.cron if cron else f"every {periodic.interval_second} s"
        sys.stdout.write(f"{one.display_name}\t{when}\t{one.status}\t{one.recurring_run_id}\n")


def _remove(options: argparse.Namespace) -> None:
    _server(options).remove(options.name)
    sys.stdout.write(f"{options.name}: removed\n")


@contextmanager
def _package(options: argparse.Namespace) -> Iterator[Path]:
    from pipelines.kubeflow import package as manifest

    pipeline = _pipeline(options)
    with tempfile.TemporaryDirectory() as folder:
        package = Path(folder) / f"{options.pipeline}.yaml"
        manifest.write(pipeline, package)
        yield package


def _server(options: argparse.Namespace) -> Any:
    from pipelines.kubeflow.server import Address, Server

    host, namespace, token = (
        getattr(options, name) or os.environ.get(f"KFP_{name.upper()}")
        for name in ("host", "namespace", "token")
    )
    if not host:
        raise InputError("give the address of Kubeflow Pipelines by --host or KFP_HOST")
    if not host.startswith(("http://", "https://")):
        raise InputError(f"--host {host}: write it with https:// or http://")
    return Server(Address(host, namespace, token))
