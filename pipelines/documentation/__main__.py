"""Writes the generated pages: `python -m pipelines.documentation`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from components.shared.runtime import cli
from components.shared.storage.files import atomic_file
from pipelines.documentation import commands, parameters


def main(argv: Sequence[str] | None = None) -> None:
    """Parses the command line and writes the pages."""
    arguments = argparse.ArgumentParser(
        prog="python -m pipelines.documentation",
        description="Writes docs/parameters.md from the parameter models and docs/commands.md "
        "from\nthe commands' help.",
        epilog="example:\n  python -m pipelines.documentation --out docs",
        formatter_class=cli.Formatter,
    )
    cli.add_folder(arguments, "out", "docs", "folder of the pages")
    options = arguments.parse_args(argv)
    cli.execute(lambda: write(options.out))


def write(out: Path) -> None:
    """Writes the pages into a folder; commands.md only where the help has its reference form.

    Args:
        out: the folder.
    """
    _write(out / "parameters.md", parameters.page(Path("cluster.yaml")))
    if commands.has_reference_form():
        _write(out / "commands.md", commands.page(Path.cwd()))
    else:
        sys.stdout.write(f"commands.md is left alone: {commands.REASON}\n")


def _write(path: Path, text: str) -> None:
    with atomic_file(path) as fresh:
        fresh.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{path}\n")


if __name__ == "__main__":
    main()
