"""The changes of people since a revision, so that galleries in several processes stay alike."""

from collections import defaultdict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import select
from sqlalchemy.orm import Session

from serving.store.gallery_revision import revision
from serving.store.spaces import vector
from serving.store.tables import DepartedRow, EmbeddingRow, PersonRow, ReferenceRow
from serving.store.vault import Vault


class Changes(NamedTuple):
    """The way of a gallery to a revision.

    Attributes:
        revision: the revision that it leads to.
        present: of each person that changed, the references [k, D] of now; these replace others.
        absent: the people to leave out: deleted, or without references in the space.
    """

    revision: int
    present: dict[str, NDArray[np.float32]]
    absent: list[str]


def changes(session: Session, vault: Vault, since: int, space: str) -> Changes:
    """Returns the changes after revision `since` (0: everybody) in a space."""
    now = revision(session)
    if now == since:
        return Changes(now, {}, [])
    query = (
        select(PersonRow.id, ReferenceRow.id, EmbeddingRow.vector_cipher)
        .join(ReferenceRow, ReferenceRow.person_id == PersonRow.id)
        .join(EmbeddingRow, EmbeddingRow.reference_id == ReferenceRow.id)
        .where(PersonRow.changed > since, EmbeddingRow.space == space)
        .order_by(ReferenceRow.number)
    )
    vectors: dict[str, list[NDArray[np.float32]]] = defaultdict(list)
    for person_id, reference_id, cipher in session.execute(query):
        vectors[person_id].append(vector(vault, reference_id, space, cipher))
    changed = session.scalars(select(PersonRow.id).where(PersonRow.changed > since))
    departed = session.scalars(select(DepartedRow.person_id).where(DepartedRow.changed > since))
    absent = [person_id for person_id in changed if person_id not in vectors]
    present = {person_id: np.stack(rows) for person_id, rows in vectors.items()}
    return Changes(now, present, absent + list(departed))
