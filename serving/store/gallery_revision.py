"""The gallery's revision, which every change of people raises."""

from sqlalchemy import Connection, select, update
from sqlalchemy.orm import Session

from serving.store.tables import GalleryRow
from serving.store.vault import Vault

REVISION = select(GalleryRow.revision)
LOCK = select(GalleryRow.id).with_for_update()


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


def lock(session: Session | Connection, vault: Vault) -> None:
    """Takes the lock of `raise_revision` without raising anything: for what changes no person.

    Raises:
        KeyChanged: another process changed the encryption key.
    """
    session.execute(LOCK)
    vault.require_current(session)


def revision(session: Session) -> int:
    """Returns the revision: one indexed row."""
    return session.execute(REVISION).scalar_one()
