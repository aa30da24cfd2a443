"""Commands for recurring runs of a Kubeflow pipeline: `schedule create`, `list` and `remove`."""

import argparse
import sys
from typing import TYPE_CHECKING, Any

from components.shared.runtime.errors import InputError
from pipelines import arguments
from pipelines.arguments import Commands
from pipelines.kubeflow import address, submission
from pipelines.kubeflow import options as pipeline_options

if TYPE_CHECKING:
    from pipelines.kubeflow.server import Server


def add_schedule(subparsers: Commands) -> None:
    """Adds `schedule create`, `schedule list` and `schedule remove`."""
    summary = "make, list and remove recurring runs on a server of Kubeflow Pipelines"
    actions = subparsers.add_parser(
        "schedule", help=summary, description=f"{summary[:1].upper()}{summary[1:]}."
    ).add_subparsers(required=True, metavar="create|list|remove")
    for command in (_add_create(actions), _add_list(actions), _add_remove(actions)):
        address.add_address(command)


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
    submission.add_run_settings(command)
    command.add_argument(
        "--replace", action="store_true", help="remove those of this name in the experiment"
    )
    times = command.add_mutually_exclusive_group(required=True)
    times.add_argument(
        "--cron",
        metavar="FIELDS",
        help="six: second, minute, hour, day, month, day of the week; in the time zone of the "
        "cluster's controller of recurring runs (its CRON_SCHEDULE_TIMEZONE, else UTC)",
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
    command = arguments.add(
        actions,
        "remove",
        "remove a recurring run",
        "schedule remove nightly --host https://kubeflow.example/pipeline",
    )
    command.add_argument("name", help="of the recurring run")
    command.add_argument(
        "--experiment", default=pipeline_options.EXPERIMENT, metavar="NAME", help="of its runs"
    )
    which = command.add_mutually_exclusive_group()
    which.add_argument("--id", metavar="ID", help="the one of several that `schedule list` shows")
    which.add_argument("--all", action="store_true", help="all of this name in the experiment")
    command.set_defaults(action=_remove)
    return command


def _create(options: argparse.Namespace) -> None:
    times = trigger(options.cron, options.every)
    server = address.connect(options)
    former = server.recurring_runs_of(options.name, options.experiment)
    if former and not options.replace:
        raise InputError(
            f"{options.name}: experiment '{options.experiment}' has it already; --replace puts the "
            "new one in its place"
        )
    settings = submission.run_settings(options)
    with submission.prepare(options) as prepared:
        run_id = server.schedule(prepared, options.name, settings, times)
    sys.stdout.write(f"{options.name}: recurring run {run_id}\n")
    _remove_each(server, former)


def _list(options: argparse.Namespace) -> None:
    for run in address.connect(options).recurring_runs():
        period, cron = run.trigger.periodic_schedule, run.trigger.cron_schedule
        times = cron.cron if cron else f"every {period.interval_second} s"
        sys.stdout.write(f"{run.display_name}\t{times}\t{run.status}\t{run.recurring_run_id}\n")


def _remove(options: argparse.Namespace) -> None:
    server = address.connect(options)
    runs = server.recurring_runs_of(options.name, options.experiment)
    if options.id is not None:
        runs = [run for run in runs if run.recurring_run_id == options.id]
    if not runs:
        raise InputError(
            f"experiment '{options.experiment}' has no recurring run '{options.name}'"
            f"{f' of id {options.id}' if options.id else ''}; `schedule list` shows all"
        )
    if len(runs) > 1 and not options.all:
        ids = ", ".join(run.recurring_run_id for run in runs)
        raise InputError(f"{options.name}: there are {len(runs)}: give --all, or --id of {ids}")
    _remove_each(server, runs)


def _remove_each(server: "Server", runs: list[Any]) -> None:
    for run in runs:
        server.remove(run.recurring_run_id)
        sys.stdout.write(f"{run.display_name}: removed {run.recurring_run_id}\n")
