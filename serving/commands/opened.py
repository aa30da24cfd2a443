"""The store that a command works on, as the command line or the settings name it."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from components.shared.runtime.errors import InputError
from serving.commands import arguments
from serving.commands.arguments import Commands
from serving.store.addresses import DEFAULT

if TYPE_CHECKING:
    from serving.settings import Settings
    from serving.store.database import Database
    from serving.store.store import Store

DATABASE = "SERVE_DATABASE"
KEY = "SERVE_ENCRYPTION_KEY"
KEY_FILE = "SERVE_ENCRYPTION_KEY_FILE"


def add(
    commands: Commands, name: str, summary: str, example: str, more: str = ""
) -> argparse.ArgumentParser:
    """Adds a command that works on the store, with `--database`."""
    more = f"{more} An encrypted database needs {KEY}, or {KEY_FILE}, in the environment.".strip()
    command = arguments.add(commands, name, summary, example, more)
    command.add_argument(
        "--database",
        metavar="URL",
        help=f"of SQLite or PostgreSQL; else {DATABASE}, else serving.yaml, else {DEFAULT}",
    )
    return command


@contextmanager
def database(options: argparse.Namespace) -> Iterator["Database"]:
    """Yields the database, whatever its tables are."""
    from serving.store.database import Database

    opened = Database(_address(options))
    try:
        yield opened
    finally:
        opened.close()


@contextmanager
def store(options: argparse.Namespace) -> Iterator["Store"]:
    """Yields the open store; a refusal of it is bad input.

    Raises:
        InputError: the database or its key cannot be used, or the person or key is not there.
    """
    from serving.store.errors import KeyChanged, Unknown
    from serving.store.store import open_store

    opened = open_store(_address(options), _key(options))
    try:
        yield opened
    except Unknown as error:
        raise InputError(f"{error}: not in this database") from error
    except KeyChanged as error:
        raise InputError(str(error)) from error
    finally:
        opened.close()


def settings(options: argparse.Namespace, model: str | None = None) -> "Settings":
    """Returns the settings; database and model of the command line count most.

    Raises:
        InputError: as of `settings.load`.
    """
    from serving import settings as files

    return files.load(database=options.database, model=model)


def _address(options: argparse.Namespace) -> str:
    return settings(options).database


def _key(options: argparse.Namespace) -> bytes | None:
    text = settings(options).read_encryption_key()
    return _parsed(text) if text else None


def read_key(path: Path) -> bytes:
    """Reads an encryption key from a file.

    Raises:
        InputError: the file cannot be read, or holds no key.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: the encryption key cannot be read") from error
    return _parsed(text)


def _parsed(text: str) -> bytes:
    from serving.store.vault import parse_key

    return parse_key(text)
