"""The tables. Names end in `_cipher` where the vault encrypts, in `_hmac` where it hashes."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    TypeDecorator,
)
from sqlalchemy import Table as TableOfRows
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

ID = String(36)
SPACE = String(64)
WORD = String(64)
HASH = LargeBinary(32)


class Moment(TypeDecorator[datetime]):
    """A time in UTC; SQLite, which knows no zones, stores it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Table(DeclarativeBase):
    """The base of all tables; constraints have names, for migrations and for errors."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: dict[Any, Any] = {  # noqa: RUF012
        datetime: Moment,
        bytes: LargeBinary,
        int: BigInteger,
    }


def table_of(rows: type[Table]) -> TableOfRows:
    """Returns the table of rows, for statements that need no objects of a session."""
    table = rows.__table__
    if not isinstance(table, TableOfRows):
        raise TypeError(rows)
    return table


class PersonRow(Table):
    """A person. `number` grows with every person, `changed` is the gallery's revision then."""

    __tablename__ = "person"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    name_cipher: Mapped[bytes]
    name_hmac: Mapped[bytes] = mapped_column(HASH, unique=True)
    external_id_cipher: Mapped[bytes | None]
    external_id_hmac: Mapped[bytes | None] = mapped_column(HASH, unique=True)
    consent_cipher: Mapped[bytes | None]
    created: Mapped[datetime]
    updated: Mapped[datetime]
    revision: Mapped[int]
    changed: Mapped[int] = mapped_column(index=True)


class ReferenceRow(Table):
    """A reference. Its image, by hash, is nobody else's."""

    __tablename__ = "reference"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    person_id: Mapped[str] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    number: Mapped[int]
    image_hmac: Mapped[bytes] = mapped_column(HASH, unique=True)
    created: Mapped[datetime]


class SpaceRow(Table):
    """A space of embeddings; those of two spaces are never compared. One is `current`."""

    __tablename__ = "space"
    id: Mapped[str] = mapped_column(SPACE, primary_key=True)
    model_version: Mapped[str] = mapped_column(WORD)
    dimension: Mapped[int]
    state: Mapped[str] = mapped_column(WORD)


class EmbeddingRow(Table):
    """The embedding of a reference in a space: little-endian float32."""

    __tablename__ = "embedding"
    reference_id: Mapped[str] = mapped_column(
        ForeignKey("reference.id", ondelete="CASCADE"), primary_key=True
    )
    space: Mapped[str] = mapped_column(ForeignKey("space.id"), primary_key=True)
    vector_cipher: Mapped[bytes]


class ImageRow(Table):
    """The image of a reference, where images are kept."""

    __tablename__ = "image"
    reference_id: Mapped[str] = mapped_column(
        ForeignKey("reference.id", ondelete="CASCADE"), primary_key=True
    )
    bytes_cipher: Mapped[bytes]
    media_type: Mapped[str] = mapped_column(WORD)
    created: Mapped[datetime] = mapped_column(index=True)


class DepartedRow(Table):
    """The id of a deleted person, for the galleries that still hold it."""

    __tablename__ = "departed"
    person_id: Mapped[str] = mapped_column(ID, primary_key=True)
    changed: Mapped[int] = mapped_column(index=True)


class GalleryRow(Table):
    """The gallery's revision; its one row is the lock of all that change people."""

    __tablename__ = "gallery"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    revision: Mapped[int]


class VaultRow(Table):
    """The key of the hashes, encrypted: it opens under the right encryption key alone."""

    __tablename__ = "vault"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    generation: Mapped[int]
    is_encrypted: Mapped[bool]
    hash_key_cipher: Mapped[bytes]


class DecisionRow(Table):
    """An answer of the service; `status` is `review` while a person must look at it."""

    __tablename__ = "decision"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    number: Mapped[int] = mapped_column(unique=True)
    person_id: Mapped[str | None] = mapped_column(
        ForeignKey("person.id", ondelete="SET NULL"), index=True
    )
    kind: Mapped[str] = mapped_column(WORD)
    outcome: Mapped[str] = mapped_column(WORD)
    policy: Mapped[str | None] = mapped_column(WORD)
    llr: Mapped[float | None]
    distance: Mapped[float | None]
    gap: Mapped[float | None]
    space: Mapped[str] = mapped_column(SPACE)
    model_version: Mapped[str] = mapped_column(WORD)
    details_cipher: Mapped[bytes | None]
    image_cipher: Mapped[bytes | None]
    media_type: Mapped[str | None] = mapped_column(WORD)
    status: Mapped[str] = mapped_column(WORD)
    reviewed_as: Mapped[str | None] = mapped_column(WORD)
    reviewed_by: Mapped[str | None] = mapped_column(ID)
    reviewed: Mapped[datetime | None]
    note_cipher: Mapped[bytes | None]
    created: Mapped[datetime] = mapped_column(index=True)

    __table_args__ = (Index("ix_decision_status_number", "status", "number"),)


class EvidenceRow(Table):
    """The number of a day's answers with evidence in a bin; `kind` is that of the impostors."""

    __tablename__ = "evidence"
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    model_version: Mapped[str] = mapped_column(WORD, primary_key=True)
    answer: Mapped[str] = mapped_column(WORD, primary_key=True)
    kind: Mapped[str] = mapped_column(WORD, primary_key=True)
    references: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    bin: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    space: Mapped[str] = mapped_column(SPACE)
    number: Mapped[int]


class KeyRow(Table):
    """A key of the API: its SHA-256, never the key."""

    __tablename__ = "api_key"
    id: Mapped[str] = mapped_column(ID, primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    prefix: Mapped[str] = mapped_column(WORD, unique=True)
    sha256: Mapped[bytes] = mapped_column(HASH, unique=True)
    role: Mapped[str] = mapped_column(WORD)
    may_embed: Mapped[bool]
    created: Mapped[datetime]
    expires: Mapped[datetime | None]
    revoked: Mapped[datetime | None]


class AuditRow(Table):
    """A line of the audit: ids and words, no name, no image, no embedding."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    key_id: Mapped[str | None] = mapped_column(ID)
    action: Mapped[str] = mapped_column(WORD)
    person_id: Mapped[str | None] = mapped_column(ID, index=True)
    outcome: Mapped[str] = mapped_column(WORD)
    request_id: Mapped[str | None] = mapped_column(WORD)
    model_version: Mapped[str | None] = mapped_column(WORD)
    previous: Mapped[bytes] = mapped_column(HASH)
    hash: Mapped[bytes] = mapped_column(HASH)


class AuditHeadRow(Table):
    """The end of the audit; without it the last lines could go unnoticed."""

    __tablename__ = "audit_head"
    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    lines: Mapped[int]
    hash: Mapped[bytes] = mapped_column(HASH)


class IdempotencyRow(Table):
    """The answer to a request that may come twice; no status yet while it is being made."""

    __tablename__ = "idempotency"
    key_id: Mapped[str] = mapped_column(ID, primary_key=True)
    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    request_hash: Mapped[bytes] = mapped_column(HASH)
    status: Mapped[int | None]
    body_cipher: Mapped[bytes | None]
    person_id: Mapped[str | None] = mapped_column(ID, index=True)
    expires: Mapped[datetime] = mapped_column(index=True)
