"""Retention: images and decisions go when they are older than they may be."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import Delete, delete, func, select, update
from sqlalchemy.orm import Session

from serving.store.database import Database
from serving.store.tables import DecisionRow, IdempotencyRow, ImageRow


class Removed(NamedTuple):
    """The numbers of images (of references and of decisions) and of decisions removed."""

    images: int
    decisions: int


def carry_out(
    database: Database,
    keep_images: int | None,
    keep_decisions: int | None,
    now: datetime | None = None,
) -> Removed:
    """Removes images and decisions that are older than so many days (None: they stay).

    Stored answers of requests are removed when they have expired. Embeddings stay: without an
    image, a reference cannot be carried over to another model.
    """
    now = now or datetime.now(UTC)
    images = decisions = 0
    with database.writing() as session:
        if keep_images is not None:
            before = now - timedelta(days=keep_images)
            images = _count(session, delete(ImageRow).where(ImageRow.created < before))
            old = (DecisionRow.created < before) & DecisionRow.image_cipher.is_not(None)
            images += session.scalar(select(func.count()).select_from(DecisionRow).where(old)) or 0
            session.execute(update(DecisionRow).where(old).values(image_cipher=None))
        if keep_decisions is not None:
            before = now - timedelta(days=keep_decisions)
            decisions = _count(session, delete(DecisionRow).where(DecisionRow.created < before))
        session.execute(delete(IdempotencyRow).where(IdempotencyRow.expires <= now))
    database.forget()
    return Removed(images, decisions)


def _count(session: Session, statement: Delete) -> int:
    table = statement.table
    where = statement.whereclause
    query = select(func.count()).select_from(table)
    count = session.scalar(query if where is None else query.where(where)) or 0
    session.execute(statement)
    return count
