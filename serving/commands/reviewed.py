"""`python -m serving reviewed`: what people decided, as labelled data to train and evaluate on."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from components.shared.runtime.errors import InputError
from serving.commands import opened
from serving.commands.arguments import Commands
from serving.commands.labelled_folder import FORGERY, GENUINE, TABLE

if TYPE_CHECKING:
    from serving.commands.labelled_folder import Labelled


def add_reviewed(commands: Commands) -> None:
    """Adds the command."""
    command = opened.add(
        commands,
        "reviewed",
        "write reviewed decisions as labelled images, for ingest",
        "reviewed --out reviewed\n"
        "  dvc repro -f  # with ingest.source: reviewed, ingest.layout: labels.csv",
        "What a person accepted is genuine, what a person rejected is a forgery of the claimed "
        "person. The references of these people come along. Only images that are kept can be "
        "written (keep_images). They are personal data.",
    )
    command.add_argument("--out", type=Path, required=True, metavar="DIR", help="to write")
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    from serving.commands import labelled_folder

    out: Path = options.out
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / TABLE).is_file()):
        raise InputError(f"{out}: something else is there; name a new folder")
    with opened.store(options) as store:
        if not store.decisions.list(1, status="reviewed").items:
            raise InputError("nobody has reviewed a decision yet; nothing is written")
        labelled = labelled_folder.write(store, out)
        store.audit.append(None, "export of reviewed decisions", None, "done")
    sys.stdout.write(f"{out}: {_words(labelled)}\n")


def _words(labelled: "Labelled") -> str:
    images = labelled.count(GENUINE) + labelled.count(FORGERY)
    text = (
        f"people: {len(labelled.people)}; images: {images}; genuine: {labelled.count(GENUINE)}; "
        f"forgeries: {labelled.count(FORGERY)}"
    )
    left = {
        "no kept image": labelled.without_image,
        "person is gone": labelled.without_person,
        "search without a person": labelled.unknown,
        "called both genuine and forged": labelled.contradictory,
    }
    told = [f"{words}: {number}" for words, number in left.items() if number]
    return f"{text}; left out: {', '.join(told)}" if told else text
