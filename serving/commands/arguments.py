"""Arguments that several commands of `python -m serving` share."""

import argparse
from typing import TypeAlias

from components.shared.runtime import cli

Commands: TypeAlias = "argparse._SubParsersAction[argparse.ArgumentParser]"


def add(
    commands: Commands, name: str, summary: str, example: str, more: str = ""
) -> argparse.ArgumentParser:
    """Adds a command with its help and an example.

    Args:
        commands: the parser's commands so far.
        name: of the new one.
        summary: one line of help, without a capital and a full stop.
        example: what follows `python -m serving`.
        more: sentences that its own help adds.
    """
    return commands.add_parser(
        name,
        help=summary,
        description=f"{summary[:1].upper()}{summary[1:]}. {more}".strip(),
        epilog=f"example:\n  python -m serving {example}",
        formatter_class=cli.Formatter,
    )


def add_model(command: argparse.ArgumentParser) -> None:
    """Adds `--model`."""
    command.add_argument(
        "--model",
        default="models/frozen",
        metavar="DIR",
        help="the bundle that freeze wrote; @sha256:… behind it is the sha256 of its manifest.json",
    )
