"""`python -m serving enrol`: a folder of people is enrolled, and again where it was interrupted."""

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from components.shared.data.outcomes import Rejected
from components.shared.runtime.errors import InputError
from serving.commands import bundles, opened, people_folder
from serving.commands.arguments import Commands
from serving.commands.people_folder import Signatures

if TYPE_CHECKING:
    from serving.engine.embedder import Embedder
    from serving.engine.model import ServedModel
    from serving.store.store import Store

SAME_IMAGE = "it is a reference already, of this person or of another"


@dataclass
class Enrolled:
    """The outcome of an enrolment.

    Attributes:
        people: number of those who were enrolled.
        references: number of their images.
        known: number of those who were there already, and were skipped.
        refused: images that are no references, each with its reason.
        left_out: names of people none of whose images could be used.
    """

    people: int = 0
    references: int = 0
    known: int = 0
    refused: list[tuple[Path, str]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)


def add_enrol(commands: Commands) -> None:
    """Adds the command."""
    command = opened.add(
        commands,
        "enrol",
        "enrol a folder of people: a folder for each, named as the person",
        "enrol people/ --most 5",
        "Where a person's folder has one named genuine, that alone counts. People who are enrolled "
        "already are skipped, so that it can be run again.",
    )
    command.add_argument("folder", type=Path, metavar="FOLDER", help="of the people's folders")
    command.add_argument(
        "--most", type=int, metavar="N", help="images of a person, the first by name; else all"
    )
    command.add_argument("--model", metavar="BUNDLE", help="the model; else that of the settings")
    command.set_defaults(action=_run)


def _run(options: argparse.Namespace) -> None:
    from serving.commands import run
    from serving.engine import model as served
    from serving.engine.embedder import Embedder

    if options.most is not None and options.most < 1:
        raise InputError(f"--most {options.most}: 1 image or more")
    people = people_folder.read(options.folder, options.most)
    settings = opened.settings(options, model=options.model)
    with bundles.folder_of(settings.model, settings.cache) as folder:
        model = served.load(folder)
        store = run.open_store(settings)
        try:
            with Embedder(model, judged=settings.quality) as embedder:
                outcome = enrol(people, model, embedder, store)
        finally:
            store.close()
    _tell(outcome)


def enrol(
    people: Sequence[Signatures], model: "ServedModel", embedder: "Embedder", store: "Store"
) -> Enrolled:
    """Enrols people one by one, each in a transaction.

    Raises:
        InputError: the store holds people of another model.
    """
    if store.spaces.current() not in (None, model.space):
        raise InputError("the database holds people of another model: enrol them with that one")
    store.spaces.use(model.space, model.version, model.dimension)
    known = _known(store)
    outcome = Enrolled()
    for person in people:
        if _same(person.name) in known:
            outcome.known += 1
        else:
            _enrol(person, model, embedder, store, outcome)
    return outcome


def _enrol(
    person: Signatures,
    model: "ServedModel",
    embedder: "Embedder",
    store: "Store",
    outcome: Enrolled,
) -> None:
    from serving.api.forms import media_type
    from serving.store.audit_chain import Words
    from serving.store.enrolment import NewReference
    from serving.store.errors import SameImage, Taken

    images = [path.read_bytes() for path in person.paths]
    paths, references = [], []
    for path, image, result in zip(person.paths, images, embedder.embed(images), strict=True):
        if isinstance(result, Rejected):
            outcome.refused.append((path, str(result)))
        else:
            paths.append(path)
            references.append(NewReference(image, media_type(image), result, model.space))
    while references:
        try:
            with store.transactions.begin() as transaction:
                enrolled = store.people.create(person.name, references, within=transaction)
                told = f"{len(references)} references"
                line = Words(None, "enrol", enrolled.id, told, model_version=model.version)
                transaction.note(line)
        except SameImage as error:
            outcome.refused.append((paths.pop(error.index), SAME_IMAGE))
            references.pop(error.index)
        except Taken:  # by somebody who enrols meanwhile
            outcome.known += 1
            return
        else:
            outcome.people += 1
            outcome.references += len(references)
            return
    outcome.left_out.append(person.name)


def _known(store: "Store") -> set[str]:
    """Returns the names of everybody who is enrolled, as `_same` gives them."""
    names: set[str] = set()
    page = store.people.search()
    names.update(_same(person.name) for person in page.items)
    while page.next is not None:
        page = store.people.search(cursor=page.next)
        names.update(_same(person.name) for person in page.items)
    return names


def _same(name: str) -> str:
    from serving.store.enrolment import plain_name

    return plain_name(name)


def _tell(outcome: Enrolled) -> None:
    lines = [
        f"{outcome.people} people enrolled, {outcome.references} references; "
        f"{outcome.known} were enrolled already; {len(outcome.refused)} images refused"
    ]
    lines += [f"  {path}: {reason}" for path, reason in outcome.refused]
    lines += [f"  {name}: not enrolled, no image can be used" for name in outcome.left_out]
    sys.stdout.write("\n".join(lines) + "\n")
