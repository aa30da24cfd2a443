"""`python -m serving openapi`: the schema of the API, which needs no model."""

import argparse
import json
import sys
from pathlib import Path

from components.shared.storage.files import atomic_file
from serving.commands import arguments
from serving.commands.arguments import Commands


def add_openapi(commands: Commands) -> None:
    """Adds the command."""
    command = arguments.add(
        commands,
        "openapi",
        "write the schema of the API, OpenAPI 3.1",
        "openapi --out docs/openapi.json",
    )
    command.add_argument(
        "--out", type=Path, metavar="FILE", help="where; without it, on standard output"
    )
    command.set_defaults(action=_run)


def text() -> str:
    """Returns the schema as JSON."""
    from serving.api.app import create_api

    return json.dumps(create_api().openapi(), indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _run(options: argparse.Namespace) -> None:
    if options.out is None:
        sys.stdout.write(text())
        return
    with atomic_file(options.out) as path:
        path.write_text(text(), encoding="utf-8")
