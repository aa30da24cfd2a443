"""Keys of the API: 256 random bits, of which the store keeps the SHA-256."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

from sqlalchemy import Row, bindparam, select, update

from components.shared.runtime.errors import InputError
from serving.store.database import Database
from serving.store.errors import Unknown
from serving.store.roles import ROLES, Role
from serving.store.tables import KeyRow

PREFIX_LENGTH = 8
LONGEST_NAME = 200
COLUMNS = KeyRow.__table__.columns
BY_PREFIX = select(*COLUMNS).where(COLUMNS.prefix == bindparam("prefix"))
"""Asked at every request: built once, and its row is no object of a session."""


@dataclass(frozen=True)
class Key:
    """A key as callers see it; `prefix` is the beginning of the plain key, to tell keys apart."""

    id: str
    name: str
    prefix: str
    role: Role
    may_embed: bool
    created: datetime
    expires: datetime | None
    revoked: datetime | None

    def is_valid(self, now: datetime) -> bool:
        """Tells whether the key is neither revoked nor expired."""
        return self.revoked is None and (self.expires is None or now < self.expires)


class NewKey(NamedTuple):
    """A new key, and its plain text, which nobody can read again."""

    key: Key
    plain: str


class Keys:
    """The keys of a store. Nothing is cached: a revoked key is refused at once by all workers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        role: Role,
        expires: datetime | None = None,
        may_embed: bool = False,
    ) -> NewKey:
        """Creates a key.

        Args:
            name: for whom or what it is, 1 to 200 characters.
            role: what it may do.
            expires: the time from which on it is refused; None: never.
            may_embed: whether it may read embeddings; for the role admin alone.

        Raises:
            InputError: name, role or expiry cannot be.
        """
        now = datetime.now(UTC)
        if not 0 < len(name) <= LONGEST_NAME:
            raise InputError(f"a key's name has 1 to {LONGEST_NAME} characters")
        if role not in ROLES:
            raise InputError(f"role {role!r}: it is one of {', '.join(ROLES)}")
        if expires is not None and expires <= now:
            raise InputError("the key would have expired already")
        if may_embed and role != "admin":
            raise InputError("embeddings are for keys of the role admin alone")
        secret = secrets.token_urlsafe(32)
        plain = f"{secrets.token_hex(PREFIX_LENGTH // 2)}.{secret}"
        row = KeyRow(
            id=str(uuid4()),
            name=name,
            prefix=plain[:PREFIX_LENGTH],
            sha256=_hash(plain),
            role=role,
            may_embed=may_embed,
            created=now,
            expires=expires,
            revoked=None,
        )
        with self._database.writing() as session:
            session.add(row)
        return NewKey(_key(row), plain)

    def check(self, plain: str) -> Key | None:
        """Returns the valid key of a plain text, or None; compares in constant time."""
        found = _hash(plain)
        prefix = plain[:PREFIX_LENGTH]
        rows = self._database.rows(BY_PREFIX, {"prefix": prefix}) if prefix.isalnum() else ()
        row = rows[0] if rows else None
        if not hmac.compare_digest(found, bytes(32) if row is None else row.sha256):
            return None
        key = None if row is None else _key(row)
        return key if key is not None and key.is_valid(datetime.now(UTC)) else None

    def get(self, key_id: str) -> Key | None:
        """Returns a valid key by its id, for sessions of the page; None where it is not valid."""
        with self._database.reading() as session:
            row = session.get(KeyRow, key_id)
        if row is None:
            return None
        key = _key(row)
        return key if key.is_valid(datetime.now(UTC)) else None

    def list(self) -> list[Key]:
        """Returns all keys, the oldest first, revoked and expired ones too."""
        with self._database.reading() as session:
            rows = session.scalars(select(KeyRow).order_by(KeyRow.created, KeyRow.id)).all()
        return [_key(row) for row in rows]

    def revoke(self, key_id: str) -> None:
        """Revokes a key, by its id or prefix; one that is revoked stays so.

        Raises:
            Unknown: there is no such key.
        """
        with self._database.writing() as session:
            row = session.get(KeyRow, key_id)
            if row is None:
                row = session.scalar(select(KeyRow).where(KeyRow.prefix == key_id))
            if row is None:
                raise Unknown(key_id)
            session.execute(
                update(KeyRow)
                .where(KeyRow.id == row.id, KeyRow.revoked.is_(None))
                .values(revoked=datetime.now(UTC))
            )


def _hash(plain: str) -> bytes:
    return hashlib.sha256(plain.encode("utf-8", "surrogatepass")).digest()


def _key(row: KeyRow | Row[Any]) -> Key:
    roles: dict[str, Role] = {role: role for role in ROLES}
    return Key(
        id=row.id,
        name=row.name,
        prefix=row.prefix,
        role=roles[row.role],
        may_embed=row.may_embed,
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
    )
