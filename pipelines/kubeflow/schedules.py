"""Commands for recurring runs of a Kubeflow pipeline: `schedule create`, `list` and `remove`."""

import argparse
import sys
from typing import Any

from components.shared.runtime.errors import InputError
from pipelines import arguments
from pipelines.arguments import Commands
from pipelines.kubeflow import options as pipeline_options


def add_schedule(subparsers: Commands) -> None:
    """Adds `schedule create`, `schedule list` and `schedule remove`."""
    summary = "make, list and remove recurring runs on a server of Kubeflow Pipelines"
    actions = subparsers.add_parser(
        "schedule", help=summary, description=f"{summary[:1].upper()}{summary[1:]}."
    ).add_subparsers(required=True, metavar="create|list|remove")
    for command in (_add_create(actions), _add_list(actions), _add_remove(actions)):
        pipeline_options.add_address(command)


def trigger(cron: str | None, seconds: int) -> dict[str, Any]:
    """Returns the times of a recurring run, as KFP's client takes them.

    Args:
        cron: six fields, or a word such as @daily; None: a period.
        seconds: of the period; unused with `cron`.

    Raises:
        InputError: the fields are not six, or the period is shorter than a second.
    """
    if cron is None:
        if seconds < 1:
            raise InputError(f"--every {seconds}: at least 1 second is needed")
        return {"interval_second": seconds}
    if len(cron.split()) != 6 and not cron.startswith("@"):
        # KFP reads five as the first five of six.
        raise InputError(
            f"--cron '{cron}': write six fields: second, minute, hour, day, month, day of the week"
        )
    return {"cron_expression": cron}


def _add_create(actions: Commands) -> argparse.ArgumentParser:
    command = arguments.add(
        actions,
        "create",
        "make a recurring run",
        'schedule create nightly --cron "0 0 3 * * *" --host https://kubeflow.example/pipeline',
    )
    command.add_argument("name", help="of the recurring run")
    pipeline_options.add_compiled_pipeline(command)
    command.add_argument(
        "--experiment", default=pipeline_options.EXPERIMENT, metavar="NAME", help="of its runs"
    )
    times = command.add_mutually_exclusive_group(required=True)
    times.add_argument(
        "--cron", metavar="FIELDS", help="six: second, minute, hour, day, month, day of the week"
    )
    times.add_argument("--every", type=int, metavar="SECONDS", help="from one run to the next")
    command.set_defaults(action=_create)
    return command


def _add_list(actions: Commands) -> argparse.ArgumentParser:
    command = actions.add_parser(
        "list", help="list the recurring runs", description="List the recurring runs."
    )
    command.set_defaults(action=_list)
    return command


def _add_remove(actions: Commands) -> argparse.ArgumentParser:
    command = actions.add_parser(
        "remove", help="remove a recurring run", description="Remove a recurring run."
    )
    command.add_argument("name", help="of the recurring run")
    command.set_defaults(action=_remove)
    return command


def _create(options: argparse.Namespace) -> None:
    from pipelines.kubeflow.package import temporary

    times = trigger(options.cron, options.every)
    server = pipeline_options.connect(options)
    with temporary(pipeline_options.build(options), options.pipeline) as file:
        run_id = server.schedule(file, options.name, options.experiment, times)
    sys.stdout.write(f"{options.name}: recurring run {run_id}\n")


def _list(options: argparse.Namespace) -> None:
    for run in pipeline_options.connect(options).recurring_runs():
        period, cron = run.trigger.periodic_schedule, run.trigger.cron_schedule
        times = cron.cron if cron else f"every {period.interval_second} s"
        sys.stdout.write(f"{run.display_name}\t{times}\t{run.status}\t{run.recurring_run_id}\n")


def _remove(options: argparse.Namespace) -> None:
    pipeline_options.connect(options).remove(options.name)
    sys.stdout.write(f"{options.name}: removed\n")
