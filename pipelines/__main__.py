"""`python -m pipelines`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from components.shared.runtime import cli
from pipelines import arguments
from pipelines.arguments import Commands
from pipelines.kubeflow import commands as kubeflow


def main(argv: Sequence[str] | None = None) -> None:
    options = _parser().parse_args(argv)
    cli.execute(lambda: options.action(options))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m pipelines",
        description="The six steps as Kubeflow pipelines, and experiments with several settings or folds.",
        epilog="`python -m pipelines COMMAND --help` says more of each and gives an example.",
    )
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_run,
        kubeflow.add_compile,
        kubeflow.add_submit,
        kubeflow.add_schedule,
        _add_compare,
        _add_crossval,
    ):
        add(commands)
    return parser


def _add_run(commands: Commands) -> None:
    command = arguments.add(
        commands,
        "run",
        "run a pipeline on this machine, one process or one container a task",
        "run -S train.steps=20 -S ingest.sample.identities=20",
    )
    arguments.add_pipeline(command)
    arguments.add_params(command)
    command.add_argument(
        "--root",
        type=Path,
        default=Path("build/kubeflow"),
        metavar="DIR",
        help="each run gets a folder below it",
    )
    command.add_argument(
        "--runner", choices=("subprocess", "docker"), default="subprocess", help="what a task is"
    )
    arguments.add_image(command)
    cli.quiet(command)
    command.set_defaults(action=_run)


def _add_compare(commands: Commands) -> None:
    command = arguments.add(
        commands,
        "compare",
        "run every combination of a grid as a DVC experiment on train and val, and print the table",
        "compare train.mining=semi-hard,hard,all train.margin=0.2,soft -S train.steps=60",
    )
    command.add_argument(
        "grid",
        nargs="+",
        metavar="SECTION.PARAMETER=VALUE,VALUE…",
        help="what is varied; all combinations are run",
    )
    cli.quiet(command)
    command.set_defaults(action=_compare)


def _add_crossval(commands: Commands) -> None:
    command = arguments.add(
        commands,
        "crossval",
        "train and test every fold as a DVC experiment and pool their comparisons",
        "crossval --folds 5 -S train.mining=hard",
    )
    command.add_argument(
        "--folds", type=int, default=5, metavar="N", help="each identity is tested in one of them"
    )
    command.add_argument(
        "--out",
        type=Path,
        default=Path("reports/crossval"),
        metavar="DIR",
        help="where the pooled figures go",
    )
    cli.quiet(command)
    command.set_defaults(action=_crossval)


def _run(options: argparse.Namespace) -> None:
    from pipelines import sections
    from pipelines.kubeflow import local_runner

    given = sections.override(sections.read(options.params), options.assignments)
    image = options.image if options.runner == "docker" else None
    try:
        outputs = local_runner.run(arguments.builder(options), given, options.root, image)
    except local_runner.TaskError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(1)
    for name, path in outputs.items():
        sys.stdout.write(f"{name}: {path}\n")


def _compare(options: argparse.Namespace) -> None:
    from pipelines.experiments import grid

    outcomes = grid.compare(options.grid, options.assignments)
    sys.stdout.write(
        f"\n{grid.table(outcomes)}\n\nTest was not looked at. To measure the first on it:\n"
    )
    sys.stdout.write(f"{grid.on_test(outcomes[0], options.assignments)}\n")


def _crossval(options: argparse.Namespace) -> None:
    from pipelines.experiments.crossval import crossval

    sys.stdout.write(f"\n{crossval(options.folds, options.assignments, options.out)}\n")


if __name__ == "__main__":
    main()
