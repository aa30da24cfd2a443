"""The gallery's revision, which every change of people raises."""

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from serving.store.tables import GalleryRow
from serving.store.vault import Vault


def raise_revision(session: Session, vault: Vault) -> int:
    """Raises the revision as the first statement of a transaction, and returns it.

    Its row is locked until the transaction ends, so changes of people happen one after the other
    and become visible in the order of their revisions.

    Raises:
        KeyChanged: another process changed the encryption key.
    """
    statement = (
        update(GalleryRow).values(revision=GalleryRow.revision + 1).returning(GalleryRow.revision)
    )
    revision = session.execute(statement).scalar_one()
    vault.require_current(session)
    return revision


def lock(session: Session, vault: Vault) -> None:
    """Takes the lock of `raise_revision` without raising anything: for what changes no person.

    Raises:
        KeyChanged: another process changed the encryption key.
    """
    session.execute(select(GalleryRow.id).with_for_update())
    vault.require_current(session)


def revision(session: Session) -> int:
    """Returns the revision: one indexed row."""
    return session.execute(select(GalleryRow.revision)).scalar_one()
