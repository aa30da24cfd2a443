"""`python -m serving export` and `delete`: all data of a person, handed out or removed."""

import argparse
import sys
from pathlib import Path

from components.shared.storage.files import atomic_file
from serving.commands import opened
from serving.commands.arguments import Commands


def add_people(commands: Commands) -> None:
    """Adds the commands `export` and `delete`."""
    export = opened.add(
        commands,
        "export",
        "write all data of a person as a zip",
        "export 0c6f3a52-2f0a-4a57-9c2c-7e2f0d9a1b34 --out person.zip",
    )
    export.add_argument("person", metavar="PERSON", help="the person's id")
    export.add_argument(
        "--out", type=Path, metavar="FILE", help="the zip; PERSON.zip where it is not given"
    )
    export.set_defaults(action=_export)
    delete = opened.add(
        commands,
        "delete",
        "delete a person with all data",
        "delete 0c6f3a52-2f0a-4a57-9c2c-7e2f0d9a1b34",
        "Backups are untouched. Services that run forget the person with their next request.",
    )
    delete.add_argument("person", metavar="PERSON", help="the person's id")
    delete.set_defaults(action=_delete)


def _export(options: argparse.Namespace) -> None:
    with opened.store(options) as store:
        content = store.people.export(options.person)
        out = options.out or Path(f"{store.people.get(options.person).id}.zip")
        with atomic_file(out) as path:
            path.touch(0o600)
            path.write_bytes(content)
        store.audit.append(None, "export", options.person, "done")
    sys.stdout.write(f"{out}\n")


def _delete(options: argparse.Namespace) -> None:
    from serving.store.audit_chain import Words

    with opened.store(options) as store, store.transactions.begin() as transaction:
        store.people.delete(options.person, within=transaction)
        transaction.note(Words(None, "delete", options.person, "done"))
