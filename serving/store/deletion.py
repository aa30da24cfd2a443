"""The deletion of a person with all that is theirs."""

from sqlalchemy import case, update
from sqlalchemy import delete as remove
from sqlalchemy.orm import Session

from serving.store.tables import DecisionRow, DepartedRow, IdempotencyRow, PersonRow


def delete(session: Session, person_id: str, changed: int) -> None:
    """Deletes a person; references, embeddings and images go with the person's row.

    Decisions lose person, picture, details and note, and wait for no review any more; their
    figures stay. The id alone stays, for galleries that hold the person, and in the audit.
    """
    session.execute(
        update(DecisionRow)
        .where(DecisionRow.person_id == person_id)
        .values(
            person_id=None,
            image_cipher=None,
            media_type=None,
            details_cipher=None,
            note_cipher=None,
            status=case((DecisionRow.status == "review", "final"), else_=DecisionRow.status),
        )
    )
    session.execute(remove(IdempotencyRow).where(IdempotencyRow.person_id == person_id))
    session.execute(remove(PersonRow).where(PersonRow.id == person_id))
    session.add(DepartedRow(person_id=person_id, changed=changed))
