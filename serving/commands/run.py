"""`python -m serving run`: the service, until it is stopped."""

import argparse
import signal
import sys
import threading
import webbrowser
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from components.shared.runtime import cli
from serving.commands import arguments, bundles
from serving.commands.arguments import Commands

if TYPE_CHECKING:
    from serving.settings import Settings
    from serving.store.store import Store

SETTINGS = Path("serving.yaml")


def add_run(commands: Commands) -> None:
    """Adds the command."""
    command = arguments.add(
        commands,
        "run",
        "answer over HTTP until it is stopped",
        "run --model models/frozen --port 8000\n"
        "  python -m serving run --model models:/signatures@champion "
        "--database postgresql+psycopg://user@host/name",
        "Settings are those of serving.yaml, of SERVE_* in the environment, and these; the last "
        "count most. A new database gets a first key, of the role admin, which is shown once.",
    )
    command.add_argument(
        "--model",
        metavar="BUNDLE",
        help="a folder (models/frozen where no setting names another), "
        "s3://bucket/models/<version>, or models:/<name>@<alias>; @sha256:… behind it is the "
        "digest that its manifest.json must have",
    )
    command.add_argument(
        "--format",
        metavar="FORMAT",
        help="onnx (float32, the default) or int8, where the bundle has it",
    )
    command.add_argument("--database", metavar="URL", help="of SQLite or PostgreSQL")
    command.add_argument("--host", metavar="HOST", help="the address to listen at")
    command.add_argument("--port", type=int, metavar="PORT", help="the port; 0: any that is free")
    command.add_argument(
        "--accept-new-space",
        action="store_true",
        help="start although the people of the database are embedded by another model: they are "
        "stale then (reembed carries them over)",
    )
    command.add_argument(
        "--settings", type=Path, default=SETTINGS, metavar="FILE", help="another file for these"
    )
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    from serving import settings as files

    settings = files.load(
        options.settings,
        model=options.model,
        format=options.format,
        database=options.database,
        host=options.host,
        port=options.port,
    )
    run(settings, options.accept_new_space)


def run(settings: "Settings", accept_new_space: bool = False) -> None:
    """Answers until it is stopped: by SIGTERM it ends what is under way, and exits with 143.

    Raises:
        InputError: model, database or address cannot be used.
    """
    from serving.api import logs
    from serving.api.service import Service
    from serving.api.upkeep import Upkeep
    from serving.commands.server import Server
    from serving.engine import model as served
    from serving.pages.app import create_app
    from serving.tracing import traces

    with bundles.folder_of(settings.model, settings.cache) as folder:
        model = served.load(folder, settings.format)
        store = open_store(settings)
        service = Service.assemble(settings, model, store, accept_new_space)
        first = first_key(store)
        logs.configure()

        def announce(address: str) -> None:
            if first is not None:
                sys.stdout.write(f"first key (role admin), shown only now: {first}\n")
            sys.stdout.write(f"{address}\n")
            sys.stdout.flush()
            if sys.stdout.isatty():
                open_browser(address)

        signal.signal(signal.SIGTERM, _terminate)
        try:
            with traces.exported(), Upkeep(store, settings):
                Server(create_app(service), service, announce).run()
        finally:
            service.close()


def _terminate(number: int, frame: FrameType | None) -> None:
    """Ends the process in order, once the server has: it hands on the signal that ended it."""
    raise cli.Terminated


def open_browser(address: str) -> None:
    """Opens the pages in a browser, where this machine has one."""
    threading.Thread(target=webbrowser.open, args=(address,), daemon=True).start()


def open_store(settings: "Settings") -> "Store":
    """Opens the database of the settings.

    Raises:
        InputError: it cannot be used.
    """
    from serving.store import store
    from serving.store.vault import parse_key

    text = settings.read_encryption_key()
    key = None if text is None else parse_key(text)
    return store.open_store(settings.database, key, keep_images=settings.keep_images > 0)


def first_key(store: "Store") -> str | None:
    """Creates a key of the role admin where there is none, and returns its plain text."""
    if store.keys.list():
        return None
    return store.keys.create("first", "admin").plain
