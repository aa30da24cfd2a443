"""A person as callers see it, and how it is read."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.errors import Unknown
from serving.store.spaces import current
from serving.store.tables import EmbeddingRow, ImageRow, PersonRow, ReferenceRow
from serving.store.vault import Vault, place

CHUNK = 1000


class Reference(NamedTuple):
    """A reference, without its embedding; `has_image` where its image is kept."""

    id: str
    created: datetime
    has_image: bool


class StoredImage(NamedTuple):
    """An encoded image."""

    encoded: bytes
    media_type: str


@dataclass(frozen=True)
class Person:
    """A person. `state` is `stale` where no reference has an embedding in the current space."""

    id: str
    name: str
    external_id: str | None
    consent: str | None
    references: tuple[Reference, ...]
    created: datetime
    updated: datetime
    revision: int
    state: Literal["ready", "stale"]


class Page(NamedTuple):
    """People, and the cursor of the next page (None: it is the last)."""

    items: list[Person]
    next: str | None


def one(session: Session, vault: Vault, person_id: str) -> Person:
    """Returns a person.

    Raises:
        Unknown: there is none of this id.
    """
    people = several(session, vault, [person_id])
    if not people:
        raise Unknown(person_id)
    return people[0]


def several(session: Session, vault: Vault, person_ids: Sequence[str]) -> list[Person]:
    """Returns people in the order of their enrolment, with three queries."""
    rows = session.scalars(
        select(PersonRow).where(PersonRow.id.in_(person_ids)).order_by(PersonRow.number)
    ).all()
    references: dict[str, list[Reference]] = {row.id: [] for row in rows}
    query = (
        select(ReferenceRow, ImageRow.media_type)
        .outerjoin(ImageRow, ImageRow.reference_id == ReferenceRow.id)
        .where(ReferenceRow.person_id.in_(references))
        .order_by(ReferenceRow.number)
    )
    for reference, media_type in session.execute(query):
        of_person = references[reference.person_id]
        of_person.append(Reference(reference.id, reference.created, media_type is not None))
    ready = _ready(session, references)
    return [_person(vault, row, references[row.id], row.id in ready) for row in rows]


def _ready(session: Session, person_ids: Iterable[str]) -> set[str]:
    query = (
        select(ReferenceRow.person_id)
        .join(EmbeddingRow, EmbeddingRow.reference_id == ReferenceRow.id)
        .where(ReferenceRow.person_id.in_(person_ids), EmbeddingRow.space == current(session))
    )
    return set(session.scalars(query))


def _person(vault: Vault, row: PersonRow, references: list[Reference], is_ready: bool) -> Person:
    name = vault.decrypt(row.name_cipher, place("person", "name_cipher", row.id))
    return Person(
        id=row.id,
        name=name.decode(),
        external_id=_external_id(vault, row.id, row.external_id_cipher),
        consent=vault.decrypt_text(row.consent_cipher, place("person", "consent_cipher", row.id)),
        references=tuple(references),
        created=row.created,
        updated=row.updated,
        revision=row.revision,
        state="ready" if is_ready else "stale",
    )


def _external_id(vault: Vault, person_id: str, cipher: bytes | None) -> str | None:
    return vault.decrypt_text(cipher, place("person", "external_id_cipher", person_id))


def find(
    session: Session, vault: Vault, query: str | None, limit: int, cursor: str | None
) -> tuple[list[str], str | None]:
    """Returns the ids of a page and the cursor of the next.

    Names are encrypted, so that a search decrypts them one after the other until the page is full.

    Raises:
        Unknown: the cursor is none.
    """
    sought = query.casefold() if query else None
    found: list[str] = []
    last = 0
    for row in _following(session, _number(cursor), limit + 1 if sought is None else CHUNK):
        if sought is not None and not _matches(vault, row, sought):
            continue
        if len(found) == limit:
            return found, str(last)
        found.append(row.id)
        last = row.number
    return found, None


class _Name(NamedTuple):
    number: int
    id: str
    name_cipher: bytes
    external_id_cipher: bytes | None


def _following(session: Session, number: int, chunk: int) -> Iterator[_Name]:
    while True:
        query = (
            select(
                PersonRow.number,
                PersonRow.id,
                PersonRow.name_cipher,
                PersonRow.external_id_cipher,
            )
            .where(PersonRow.number > number)
            .order_by(PersonRow.number)
            .limit(chunk)
        )
        rows = [_Name(*row) for row in session.execute(query)]
        yield from rows
        if len(rows) < chunk:
            return
        number = rows[-1].number


def _matches(vault: Vault, row: _Name, sought: str) -> bool:
    name = vault.decrypt(row.name_cipher, place("person", "name_cipher", row.id)).decode()
    if sought in name.casefold():
        return True
    external_id = _external_id(vault, row.id, row.external_id_cipher)
    return external_id is not None and external_id.casefold() == sought


def _number(cursor: str | None) -> int:
    if cursor is None:
        return 0
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise Unknown("no such page")
    return int(cursor)
