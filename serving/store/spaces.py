"""Spaces of embeddings: their dimension, and the one that is compared in."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, delete, exists, func, select, update
from sqlalchemy.orm import Session

from serving.store.database import Database
from serving.store.errors import Unknown, WrongSpace
from serving.store.gallery_revision import raise_revision
from serving.store.tables import EmbeddingRow, ImageRow, PersonRow, ReferenceRow, SpaceRow
from serving.store.vault import Vault, place

CURRENT, KNOWN = "current", "known"


class KeptImage(NamedTuple):
    """The encoded image of a reference that has no embedding in a space yet."""

    reference_id: str
    encoded: bytes


class Spaces:
    """The spaces of a store, and the way from one to the next."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def use(self, space: str, model_version: str, dimension: int) -> None:
        """Makes a space the current one: people without an embedding in it become stale.

        Raises:
            WrongSpace: the store knows the space with another dimension.
        """
        with self._database.reading() as session:
            row = session.get(SpaceRow, space)
            if row is not None and row.state == CURRENT and row.dimension == dimension:
                return
        with self._database.writing() as session:
            raise_revision(session, self._vault)
            row = require(session, space, dimension, model_version)
            session.execute(update(SpaceRow).values(state=KNOWN))
            row.state = CURRENT

    def current(self) -> str | None:
        """Returns the current space; None before the first."""
        with self._database.reading() as session:
            return current(session)

    def stale(self, space: str) -> int:
        """Returns the number of people without any embedding in a space."""
        embedded = (
            select(ReferenceRow.person_id)
            .join(EmbeddingRow, EmbeddingRow.reference_id == ReferenceRow.id)
            .where(EmbeddingRow.space == space)
        )
        query = select(func.count()).select_from(PersonRow).where(PersonRow.id.not_in(embedded))
        with self._database.reading() as session:
            return session.scalar(query) or 0

    def count_without(self, space: str) -> int:
        """Returns the number of kept images of references without an embedding in a space."""
        query = select(func.count()).select_from(ImageRow)
        with self._database.reading() as session:
            return session.scalar(query.where(~_is_embedded(ImageRow.reference_id, space))) or 0

    def images_without(self, space: str, limit: int = 64, after: str = "") -> list[KeptImage]:
        """Returns kept images of references that have no embedding in a space, by reference.

        Args:
            space: of the embeddings.
            limit: the most images.
            after: the id of the reference after which to begin.
        """
        query = (
            select(ImageRow.reference_id, ImageRow.bytes_cipher)
            .where(~_is_embedded(ImageRow.reference_id, space), ImageRow.reference_id > after)
            .order_by(ImageRow.reference_id)
            .limit(limit)
        )
        with self._database.reading() as session:
            rows = session.execute(query).all()
        images = []
        for reference_id, cipher in rows:
            at = place("image", "bytes_cipher", reference_id)
            images.append(KeptImage(reference_id, self._vault.decrypt(cipher, at)))
        return images

    def add_vectors(
        self, space: str, model_version: str, vectors: dict[str, NDArray[np.float32]]
    ) -> int:
        """Stores embeddings [D] of references in a space; those that are there stay.

        Returns:
            The number stored: references that were deleted meanwhile get none.

        Raises:
            WrongSpace: the dimension is not the one of the space.
        """
        with self._database.writing() as session:
            revision = raise_revision(session, self._vault)
            query = select(ReferenceRow.id, ReferenceRow.person_id).where(
                ReferenceRow.id.in_(list(vectors)), ~_is_embedded(ReferenceRow.id, space)
            )
            people = set()
            rows = session.execute(query).all()
            for reference_id, person_id in rows:
                vector = vectors[reference_id]
                require(session, space, vector.size, model_version)
                session.add(embedding(self._vault, reference_id, space, vector))
                people.add(person_id)
            session.execute(
                update(PersonRow).where(PersonRow.id.in_(people)).values(changed=revision)
            )
        return len(rows)

    def remove(self, space: str) -> None:
        """Removes a space that is not current, with all its embeddings.

        Raises:
            Unknown: there is no such space.
            WrongSpace: it is the current one.
        """
        with self._database.writing() as session:
            raise_revision(session, self._vault)
            row = session.get(SpaceRow, space)
            if row is None:
                raise Unknown(space)
            if row.state == CURRENT:
                raise WrongSpace("the current space stays")
            session.execute(delete(EmbeddingRow).where(EmbeddingRow.space == space))
            session.delete(row)
        self._database.forget()


def _is_embedded(reference_id: object, space: str) -> ColumnElement[bool]:
    return exists().where(EmbeddingRow.reference_id == reference_id, EmbeddingRow.space == space)


def current(session: Session) -> str | None:
    """Returns the current space; None before the first."""
    return session.scalar(select(SpaceRow.id).where(SpaceRow.state == CURRENT))


def require(session: Session, space: str, dimension: int, model_version: str = "") -> SpaceRow:
    """Returns the row of a space; the first one of a store becomes the current one.

    Raises:
        WrongSpace: the space has another dimension.
    """
    row = session.get(SpaceRow, space)
    if row is None:
        state = KNOWN if current(session) else CURRENT
        row = SpaceRow(id=space, model_version=model_version, dimension=dimension, state=state)
        session.add(row)
        session.flush()
    if row.dimension != dimension:
        raise WrongSpace(f"embeddings of this space have {row.dimension} values, not {dimension}")
    return row


def embedding(
    vault: Vault, reference_id: str, space: str, vector: NDArray[np.float32]
) -> EmbeddingRow:
    """Returns the row of an embedding [D]."""
    plain = np.ascontiguousarray(vector, dtype="<f4").tobytes()
    at = place("embedding", "vector_cipher", reference_id, space)
    cipher = vault.encrypt(plain, at)
    return EmbeddingRow(reference_id=reference_id, space=space, vector_cipher=cipher)


def vector(vault: Vault, reference_id: str, space: str, cipher: bytes) -> NDArray[np.float32]:
    """Returns an embedding float32 [D] from its cipher."""
    plain = vault.decrypt(cipher, place("embedding", "vector_cipher", reference_id, space))
    return np.frombuffer(plain, dtype="<f4").astype(np.float32)
