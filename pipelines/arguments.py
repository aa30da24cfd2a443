"""Arguments that several commands of `python -m pipelines` share."""

import argparse
from pathlib import Path
from typing import TypeAlias

from components.shared.runtime import cli

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(commands: Commands, name: str, summary: str, example: str) -> argparse.ArgumentParser:
    """Adds a command with its help, an example and `-S`.

    Args:
        commands: the parser's commands so far.
        name: of the new one.
        summary: one line of help, without a capital and a full stop.
        example: what follows `python -m pipelines`.
    """
    command = commands.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}. "
        "Parameters are those of params.yaml, but for what -S sets.",
        epilog=f"example:\n  python -m pipelines {example}",
        formatter_class=cli.Formatter,
    )
    command.add_argument(
        "-S",
        dest="assignments",
        action="append",
        default=[],
        metavar="SECTION.PARAMETER=VALUE",
        help="set one parameter; may be repeated",
    )
    return command


def add_params(command: argparse.ArgumentParser) -> None:
    """Adds `--params`."""
    command.add_argument(
        "--params",
        type=Path,
        default=Path("params.yaml"),
        metavar="FILE",
        help="another file for params.yaml",
    )
