"""`python -m serving database` and `rotate-key`: the store's tables, backups and encryption."""

import argparse
import sys
from pathlib import Path

from components.shared.runtime.errors import InputError
from serving.commands import opened
from serving.commands.arguments import Commands

EXAMPLES = (
    "database upgrade\n"
    "  python -m serving database check\n"
    "  python -m serving database backup backups/monday.db\n"
    "  python -m serving database restore backups/monday.db"
)


def add_database(commands: Commands) -> None:
    """Adds the commands `database` and `rotate-key`."""
    command = opened.add(
        commands,
        "database",
        "upgrade, check, back up or restore the database",
        EXAMPLES,
        "A backup is one SQLite file, of PostgreSQL too, and is restored into either; the service "
        "may run meanwhile. What was encrypted stays so, and needs its key.",
    )
    command.add_argument("do", choices=["upgrade", "check", "backup", "restore"], help="to do")
    command.add_argument("file", nargs="?", type=Path, metavar="FILE", help="the backup")
    command.add_argument(
        "--replace", action="store_true", help="restore where the database holds people already"
    )
    command.set_defaults(action=_run)
    rotate = opened.add(
        commands,
        "rotate-key",
        "encrypt the database with a new key",
        "rotate-key --new-key-file new.key",
        "SERVE_ENCRYPTION_KEY is the key until then; without it the database is not encrypted "
        "yet. Services that run are to be started again with the new key.",
    )
    rotate.add_argument(
        "--new-key-file",
        type=Path,
        required=True,
        metavar="FILE",
        help="holds the new key, as `openssl rand -base64 32` makes it",
    )
    rotate.set_defaults(action=_rotate)


def _run(options: argparse.Namespace) -> None:
    needs_file = options.do in ("backup", "restore")
    if needs_file != (options.file is not None):
        fault = "which file?" if needs_file else "takes no file"
        raise InputError(f"database {options.do}: {fault}")
    from serving.store import backup, history

    with opened.database(options) as database:
        if options.do == "upgrade":
            history.upgrade(database)
        elif options.do == "check":
            history.check(database)
        elif options.do == "backup":
            backup.backup(database, options.file)
        else:
            backup.restore(database, options.file, options.replace)
        sys.stdout.write(f"{database.name}: {options.do} done\n")


def _rotate(options: argparse.Namespace) -> None:
    from serving.store import rotation

    key = opened.read_key(options.new_key_file)
    with opened.store(options) as store:
        rotation.rotate(store.database, store.vault, key)
        store.audit.append(None, "encryption key changed", None, "done")
    sys.stdout.write("encrypted with the new key; start the service with it\n")
