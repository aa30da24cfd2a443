"""`python -m serving audit`: whether the audit is as it was written, and its lines."""

import argparse
import sys

from components.shared.runtime.errors import InputError
from serving.commands import opened
from serving.commands.arguments import Commands


def add_audit(commands: Commands) -> None:
    """Adds the command."""
    command = opened.add(
        commands,
        "audit",
        "verify that no line of the audit was removed or changed",
        "audit verify",
    )
    command.add_argument("do", choices=["verify"], help="to do")
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    with opened.store(options) as store:
        broken = store.audit.verify()
    if broken is not None:
        raise InputError(f"line {broken} of the audit was removed or changed")
    sys.stdout.write("the audit is whole\n")
