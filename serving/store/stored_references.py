"""The embeddings and images of a person's references."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from serving.store.database import Database
from serving.store.errors import Unknown
from serving.store.person import StoredImage
from serving.store.spaces import vector
from serving.store.tables import EmbeddingRow, ImageRow, ReferenceRow
from serving.store.transactions import Transaction
from serving.store.vault import Vault, place

VECTORS = (
    select(ReferenceRow.id, EmbeddingRow.vector_cipher)
    .join(EmbeddingRow, EmbeddingRow.reference_id == ReferenceRow.id)
    .where(ReferenceRow.person_id == bindparam("person"), EmbeddingRow.space == bindparam("space"))
    .order_by(ReferenceRow.number)
)
"""Asked at every verification."""


def vectors(
    source: Database | Transaction, vault: Vault, person_id: str, space: str
) -> list[tuple[str, NDArray[np.float32]]]:
    """Returns id and embedding [D] of each reference that has one in a space."""
    rows = source.rows(VECTORS, {"person": person_id, "space": space})
    return [(row_id, vector(vault, row_id, space, cipher)) for row_id, cipher in rows]


def image(session: Session, vault: Vault, person_id: str, reference_id: str) -> StoredImage | None:
    """Returns the image of a reference; None where it is not kept.

    Raises:
        Unknown: the person has no such reference.
    """
    reference = session.get(ReferenceRow, reference_id)
    if reference is None or reference.person_id != person_id:
        raise Unknown(reference_id)
    row = session.get(ImageRow, reference_id)
    if row is None:
        return None
    at = place("image", "bytes_cipher", reference_id)
    return StoredImage(vault.decrypt(row.bytes_cipher, at), row.media_type)
