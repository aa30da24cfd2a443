"""People and their references."""

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import uuid4

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from serving.store import deletion, enrolment, gallery_changes, person_export, stored_references
from serving.store.database import Database
from serving.store.enrolment import NewReference
from serving.store.errors import LastReference, NoReference, Outdated, Unknown, WrongSpace
from serving.store.gallery_changes import Changes
from serving.store.gallery_revision import REVISION, raise_revision
from serving.store.person import Page, Person, StoredImage, find, one, several
from serving.store.tables import PersonRow, ReferenceRow
from serving.store.transactions import Transaction, Transactions
from serving.store.vault import Vault


class People:
    """The people of a store. Every change is one transaction and raises the gallery's revision.

    It is a transaction of its own, or goes on `within` one that others have a part in.
    """

    def __init__(self, database: Database, vault: Vault, keep_images: bool = False) -> None:
        """Takes the open vault, and whether the images of references are kept."""
        self._database = database
        self._vault = vault
        self._keep_images = keep_images
        self._transactions = Transactions(database, vault)

    def create(
        self,
        name: str,
        references: Sequence[NewReference],
        external_id: str | None = None,
        consent: str | None = None,
        within: Transaction | None = None,
    ) -> Person:
        """Enrols a person.

        Raises:
            NoReference: there is no reference.
            Taken: the name or the external id is another person's.
            SameImage: an image is a reference already, of whomever.
            WrongSpace: an embedding has not the dimension of its space.
        """
        if not references:
            raise NoReference("a person has at least one reference")
        person_id, now = str(uuid4()), datetime.now(UTC)
        rows = enrolment.personal(self._vault, person_id, name, external_id, consent)
        try:
            with self._transactions.within(within) as transaction:
                session = transaction.session
                number = raise_revision(session, self._vault)
                person = PersonRow(
                    id=person_id,
                    number=number,
                    created=now,
                    updated=now,
                    revision=1,
                    changed=number,
                    **rows,
                )
                session.add(person)
                session.flush()
                self._add(session, person_id, references, now)
                return one(session, self._vault, person_id)
        except IntegrityError as error:
            raise enrolment.refusal(error) from error

    def get(self, person_id: str) -> Person:
        """Returns a person.

        Raises:
            Unknown: there is none of this id.
        """
        with self._database.reading() as session:
            return one(session, self._vault, person_id)

    def search(self, query: str | None = None, limit: int = 50, cursor: str | None = None) -> Page:
        """Returns a page of people in the order of their enrolment, and the cursor of the next.

        Pages neither repeat nor leave out anybody, whoever is enrolled or deleted meanwhile.

        Args:
            query: a part of the name or the whole external id, upper or lower case.
            limit: the most people of a page.
            cursor: where the page begins, as the page before says.

        Raises:
            Unknown: the cursor is none.
        """
        with self._database.reading() as session:
            numbers, following = find(session, self._vault, query, limit, cursor)
            return Page(several(session, self._vault, numbers), following)

    def count(self) -> int:
        """Returns the number of people."""
        with self._database.reading() as session:
            return session.execute(select(func.count()).select_from(PersonRow)).scalar_one()

    def update(
        self,
        person_id: str,
        revision: int,
        name: str | None = None,
        external_id: str | None = None,
        within: Transaction | None = None,
    ) -> Person:
        """Changes the name or the external id; an empty external id removes it.

        Raises:
            Unknown: there is no such person.
            Outdated: the person has another revision by now.
            Taken: the name or the external id is another person's.
        """
        values = enrolment.changes(self._vault, person_id, name, external_id)
        try:
            with self._transactions.within(within) as transaction:
                session, transaction.removes = transaction.session, True
                raise_revision(session, self._vault)
                row = _row(session, person_id)
                if row.revision != revision:
                    raise Outdated(f"the person's revision is {row.revision}, not {revision}")
                values |= {"revision": revision + 1, "updated": datetime.now(UTC)}
                session.execute(update(PersonRow).where(PersonRow.id == person_id).values(values))
                session.refresh(row)
                return one(session, self._vault, person_id)
        except IntegrityError as error:
            raise enrolment.refusal(error) from error

    def add_references(
        self,
        person_id: str,
        references: Sequence[NewReference],
        within: Transaction | None = None,
    ) -> Person:
        """Adds references.

        Raises:
            Unknown: there is no such person.
            NoReference: there is no reference.
            SameImage, WrongSpace: as in `create`.
        """
        if not references:
            raise NoReference("no reference to add")
        try:
            with self._transactions.within(within) as transaction:
                session = transaction.session
                changed = raise_revision(session, self._vault)
                row = _row(session, person_id)
                self._add(session, person_id, references, datetime.now(UTC))
                _touch(row, changed)
                session.flush()
                return one(session, self._vault, person_id)
        except IntegrityError as error:
            raise enrolment.refusal(error) from error

    def remove_reference(
        self, person_id: str, reference_id: str, within: Transaction | None = None
    ) -> Person:
        """Removes a reference with its embeddings and its image.

        Raises:
            Unknown: there is no such person or reference.
            LastReference: the person has no other.
        """
        with self._transactions.within(within) as transaction:
            session, transaction.removes = transaction.session, True
            changed = raise_revision(session, self._vault)
            row = _row(session, person_id)
            ids = session.scalars(
                select(ReferenceRow.id).where(ReferenceRow.person_id == person_id)
            ).all()
            if reference_id not in ids:
                raise Unknown(reference_id)
            if len(ids) == 1:
                raise LastReference(reference_id)
            session.execute(delete(ReferenceRow).where(ReferenceRow.id == reference_id))
            _touch(row, changed)
            session.flush()
            return one(session, self._vault, person_id)

    def delete(self, person_id: str, within: Transaction | None = None) -> None:
        """Deletes a person and all that the store holds of them, in files too.

        References, embeddings of all spaces, images, pictures and notes of decisions, stored
        answers. Of decisions, figures without a person stay. Backups are untouched.

        Raises:
            Unknown: there is no such person.
        """
        with self._transactions.within(within) as transaction:
            session, transaction.removes = transaction.session, True
            changed = raise_revision(session, self._vault)
            _row(session, person_id)
            deletion.delete(session, person_id, changed)

    def export(self, person_id: str) -> bytes:
        """Returns all that the store holds of a person as a zip.

        Raises:
            Unknown: there is no such person.
        """
        with self._database.reading() as session:
            return person_export.export(session, self._vault, person_id)

    def vectors(
        self, person_id: str, space: str, within: Transaction | None = None
    ) -> list[tuple[str, NDArray[np.float32]]]:
        """Returns id and embedding [D] of each reference in a space.

        Raises:
            Unknown: there is no such person.
            WrongSpace: the person has no reference in this space.
        """
        source = within or self._database
        rows = stored_references.vectors(source, self._vault, person_id, space)
        if rows:
            return rows
        with self._database.reading() as session:
            _row(session, person_id)
        raise WrongSpace("the person has no reference in this space")

    def image(self, person_id: str, reference_id: str) -> StoredImage | None:
        """Returns the image of a reference; None where it is not kept.

        Raises:
            Unknown: the person has no such reference.
        """
        with self._database.reading() as session:
            return stored_references.image(session, self._vault, person_id, reference_id)

    def revision(self) -> int:
        """Returns the gallery's revision: one indexed row."""
        return int(self._database.rows(REVISION, {})[0][0])

    def changes(self, since_revision: int, space: str) -> Changes:
        """Returns what changed in a space after a revision; after 0, everybody."""
        with self._database.reading() as session:
            return gallery_changes.changes(session, self._vault, since_revision, space)

    def _add(
        self,
        session: Session,
        person_id: str,
        references: Sequence[NewReference],
        now: datetime,
    ) -> None:
        enrolment.add(session, self._vault, person_id, references, now, self._keep_images)


def _row(session: Session, person_id: str) -> PersonRow:
    row = session.get(PersonRow, person_id)
    if row is None:
        raise Unknown(person_id)
    return row


def _touch(row: PersonRow, changed: int) -> None:
    row.revision += 1
    row.changed = changed
    row.updated = datetime.now(UTC)
