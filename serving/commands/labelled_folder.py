"""Reviewed decisions as labelled images, in the layout that ingest reads by a csv."""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from components.shared.storage.files import atomic_folder

if TYPE_CHECKING:
    from serving.store.decisions import Decision
    from serving.store.person import StoredImage
    from serving.store.store import Store

TABLE, IMAGES = "labels.csv", "images"
COLUMNS = ("path", "identity", "kind")
GENUINE, FORGERY = "genuine", "forgery"
PAGE = 200


@dataclass
class Labelled:
    """The outcome of an export.

    Attributes:
        kinds: by path, relative to the folder, the labels that an image was given.
        people: whose decisions were reviewed; they are the identities.
        references: number of reference images that were written.
        without_image: number of reviewed decisions whose image is not kept.
        without_person: number of those about a person who was deleted, or about nobody.
        unknown: number of searches whose candidate was rejected: whose image it is, nobody said.
        contradictory: number of images that were called both genuine and forged.
    """

    kinds: dict[str, set[str]] = field(default_factory=dict)
    people: set[str] = field(default_factory=set)
    references: int = 0
    without_image: int = 0
    without_person: int = 0
    unknown: int = 0
    contradictory: int = 0

    def count(self, kind: str) -> int:
        """Returns the number of images of a kind, references among them."""
        return sum(kinds == {kind} for kinds in self.kinds.values())


def write(store: "Store", out: Path) -> Labelled:
    """Writes images/ and labels.csv: reviewed images, and the references of their people.

    An image that was accepted is genuine, one that was rejected a forgery of the claimed person.
    Identities are the people's ids; no name is written. Nothing is written where there is nothing.

    Args:
        store: with kept images.
        out: the folder to write, complete or not at all.
    """
    labelled = Labelled()
    with atomic_folder(out) as folder:
        folder.chmod(0o700)
        for decision in _reviewed(store):
            _add_decision(labelled, store, decision, folder)
        for person_id in sorted(labelled.people):
            for reference in store.people.get(person_id).references:
                image = store.people.image(person_id, reference.id)
                if image is not None:
                    labelled.references += 1
                    _keep(labelled, folder, person_id, GENUINE, image)
        _leave_out_contradictions(labelled, folder)
        _write_table(labelled, folder / TABLE)
    return labelled


def _reviewed(store: "Store") -> Iterator["Decision"]:
    cursor = None
    while True:
        page = store.decisions.list(PAGE, cursor, status="reviewed")
        yield from page.items
        cursor = page.next
        if cursor is None:
            return


def _add_decision(labelled: Labelled, store: "Store", decision: "Decision", folder: Path) -> None:
    is_accepted = decision.reviewed_as == "accept"
    if decision.person_id is None:
        labelled.without_person += 1
        return
    if decision.kind == "identify" and not is_accepted:
        labelled.unknown += 1
        return
    image = store.decisions.image(decision.id)
    if image is None:
        labelled.without_image += 1
        return
    labelled.people.add(decision.person_id)
    _keep(labelled, folder, decision.person_id, GENUINE if is_accepted else FORGERY, image)


def _keep(labelled: Labelled, folder: Path, identity: str, kind: str, image: "StoredImage") -> None:
    """Writes an image, once however often it was shown."""
    digest = hashlib.sha256(image.encoded).hexdigest()[:16]
    name = f"{IMAGES}/{identity}/{digest}.{image.media_type.rpartition('/')[2]}"
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch(0o600)
    path.write_bytes(image.encoded)
    labelled.kinds.setdefault(name, set()).add(kind)


def _leave_out_contradictions(labelled: Labelled, folder: Path) -> None:
    for name in [name for name, kinds in labelled.kinds.items() if len(kinds) > 1]:
        (folder / name).unlink()
        del labelled.kinds[name]
        labelled.contradictory += 1


def _write_table(labelled: Labelled, path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        for name, [kind] in sorted(labelled.kinds.items()):
            writer.writerow((name, Path(name).parent.name, kind))
