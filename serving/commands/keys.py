"""`python -m serving keys`: keys of the API are created, listed and revoked."""

import argparse
import re
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from components.shared.runtime.errors import InputError
from serving.commands import opened
from serving.commands.arguments import Commands
from serving.store.roles import ROLES

if TYPE_CHECKING:
    from serving.store.keys import Key

EXAMPLES = (
    "keys create --name desk --role operator --expires 90d\n"
    "  python -m serving keys list\n"
    "  python -m serving keys revoke 3fb09c1e"
)


def add_keys(commands: Commands) -> None:
    """Adds the command."""
    command = opened.add(
        commands,
        "keys",
        "create, list or revoke keys of the API",
        EXAMPLES,
        "A new key is shown once. A revoked one is refused at once by all that run.",
    )
    command.add_argument("do", choices=["create", "list", "revoke"], help="to do")
    command.add_argument("key", nargs="?", metavar="KEY", help="to revoke: its id or beginning")
    command.add_argument("--name", metavar="NAME", help="of a new key: for whom or what it is")
    command.add_argument("--role", choices=ROLES, default="operator", help="of a new key")
    command.add_argument("--expires", metavar="DAYS", help="of a new key, such as 90d; else never")
    command.add_argument(
        "--embed", action="store_true", help="a new key of the role admin may read embeddings"
    )
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    if (options.key is None) == (options.do == "revoke"):
        fault = "which key?" if options.key is None else "takes no key"
        raise InputError(f"keys {options.do}: {fault}")
    {"create": _create, "list": _list, "revoke": _revoke}[options.do](options)


def _create(options: argparse.Namespace) -> None:
    if not options.name:
        raise InputError("keys create: --name says for whom or what the key is")
    expires = None if options.expires is None else datetime.now(UTC) + _days(options.expires)
    with opened.store(options) as store:
        key, plain = store.keys.create(options.name, options.role, expires, options.embed)
        store.audit.append(None, "key created", None, key.role)
    sys.stderr.write(f"key {key.prefix} of the role {key.role}, shown only now:\n")
    sys.stdout.write(f"{plain}\n")


def _list(options: argparse.Namespace) -> None:
    with opened.store(options) as store:
        keys = store.keys.list()
    now = datetime.now(UTC)
    for key in keys:
        sys.stdout.write(f"{key.prefix}  {key.role:<9} {_state(key, now):<19} {key.name}\n")


def _revoke(options: argparse.Namespace) -> None:
    with opened.store(options) as store:
        store.keys.revoke(options.key)
        store.audit.append(None, "key revoked", None, "done")


def _state(key: "Key", now: datetime) -> str:
    if key.revoked is not None:
        return "revoked"
    if not key.is_valid(now):
        return "expired"
    return "for ever" if key.expires is None else f"until {key.expires:%Y-%m-%d}"


def _days(text: str) -> timedelta:
    found = re.fullmatch(r"([1-9][0-9]{0,4})d", text)
    if found is None:
        raise InputError(f"--expires {text}: days are written as 90d")
    return timedelta(days=int(found[1]))
