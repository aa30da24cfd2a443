"""Command line of the pipelines and experiments: `python -m pipelines`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from components.shared.runtime import cli
from pipelines import arguments
from pipelines.arguments import Commands
from pipelines.deploy import commands as deploy_commands
from pipelines.kubeflow import commands, schedules
from pipelines.registry import commands as registry_commands


def main(argv: Sequence[str] | None = None) -> None:
    """Parses the command line and runs the command."""
    options = _parser().parse_args(argv)
    cli.execute(lambda: options.action(options))


def _parser() -> argparse.ArgumentParser:
    cli.tolerate_encodings()
    parser = argparse.ArgumentParser(
        prog="python -m pipelines",
        description="The six steps as Kubeflow pipelines, experiments with several settings or "
        "folds, MLflow's registry, and the service on a cluster.",
        epilog="`python -m pipelines COMMAND --help` says more of each and gives an example.",
    )
    subparsers = parser.add_subparsers(required=True, metavar="COMMAND")
    for add in (
        _add_check,
        commands.add_run,
        commands.add_compile,
        commands.add_submit,
        commands.add_retry,
        schedules.add_schedule,
        _add_compare,
        _add_crossval,
        _add_unlock,
        registry_commands.add_promote,
        deploy_commands.add_deploy,
    ):
        add(subparsers)
    return parser


def _add_check(subparsers: Commands) -> None:
    command = arguments.add(
        subparsers,
        "check",
        "say all that is wrong with params.yaml, before anything runs",
        "check -S train.mining=hard",
    )
    arguments.add_params(command)
    command.set_defaults(action=_check)


def _add_compare(subparsers: Commands) -> None:
    command = arguments.add(
        subparsers,
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
    cli.add_quiet(command)
    command.set_defaults(action=_compare)


def _add_crossval(subparsers: Commands) -> None:
    command = arguments.add(
        subparsers,
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
    cli.add_quiet(command)
    command.set_defaults(action=_crossval)


def _add_unlock(subparsers: Commands) -> None:
    summary = "mend DVC's locks where a killed DVC left them damaged and none runs any more"
    command = subparsers.add_parser(
        "unlock",
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}: for a `dvc repro` that ends with "
        '"JSON structure is corrupted", or that refuses `dvc.lock`. `make repro`, `cedar`, '
        "`compare` and `crossval` begin with it.",
        epilog="example:\n  python -m pipelines unlock && dvc repro",
        formatter_class=cli.Formatter,
    )
    command.set_defaults(action=_unlock)


def _check(options: argparse.Namespace) -> None:
    from pipelines import sections

    sections.override(sections.read(options.params), options.assignments)


def _compare(options: argparse.Namespace) -> None:
    from pipelines.experiments import grid

    outcomes = grid.compare(options.grid, options.assignments)
    conclusion = grid.conclusion(outcomes, options.assignments)
    sys.stdout.write(f"\n{grid.table(outcomes)}\n\n{conclusion}\n")


def _crossval(options: argparse.Namespace) -> None:
    from pipelines.experiments.crossval import crossval

    sys.stdout.write(f"\n{crossval(options.folds, options.assignments, options.out)}\n")


def _unlock(options: argparse.Namespace) -> None:
    from pipelines.experiments import dvc_lock
    from pipelines.experiments.dvc_experiments import ROOT

    dvc_lock.mend(ROOT)


if __name__ == "__main__":
    main()
