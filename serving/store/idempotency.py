"""Requests that may come twice: the second gets the answer of the first."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import delete, update
from sqlalchemy.exc import IntegrityError

from serving.store.database import Database
from serving.store.errors import InProgress, KeyReused
from serving.store.gallery_revision import lock
from serving.store.tables import IdempotencyRow, PersonRow
from serving.store.vault import Vault, place

KEPT = timedelta(hours=24)
PATIENCE = timedelta(minutes=2)


class StoredAnswer(NamedTuple):
    """The answer to the first request."""

    status: int
    body: bytes


class Idempotency:
    """The answers of a store, by API key and the caller's own key."""

    def __init__(self, database: Database, vault: Vault) -> None:
        self._database = database
        self._vault = vault

    def claim(self, key_id: str, key: str, request_hash: bytes) -> StoredAnswer | None:
        """Claims a request, or returns the answer that it got before.

        A claim that was neither completed nor released ends after two minutes.

        Args:
            key_id: the id of the API key.
            key: the caller's own key, 1 to 200 characters.
            request_hash: SHA-256 of the request, 32 bytes.

        Raises:
            KeyReused: the key came before with another request.
            InProgress: the first request is being answered.
        """
        now = datetime.now(UTC)
        try:
            with self._database.writing() as session:
                lock(session, self._vault)
                session.execute(
                    delete(IdempotencyRow).where(
                        IdempotencyRow.key_id == key_id,
                        IdempotencyRow.key == key,
                        IdempotencyRow.expires <= now,
                    )
                )
                session.add(
                    IdempotencyRow(
                        key_id=key_id, key=key, request_hash=request_hash, expires=now + PATIENCE
                    )
                )
        except IntegrityError:
            return self._stored(key_id, key, request_hash)
        return None

    def complete(
        self, key_id: str, key: str, status: int, body: bytes, person_id: str | None = None
    ) -> None:
        """Stores the answer of a claimed request for a day, or until its person is deleted."""
        with self._database.writing() as session:
            lock(session, self._vault)
            if person_id is not None and session.get(PersonRow, person_id) is None:
                row = session.get(IdempotencyRow, (key_id, key))
                if row is not None:
                    session.delete(row)
                return
            cipher = self._vault.encrypt(body, place("idempotency", "body_cipher", key_id, key))
            session.execute(
                update(IdempotencyRow)
                .where(IdempotencyRow.key_id == key_id, IdempotencyRow.key == key)
                .values(
                    status=status,
                    body_cipher=cipher,
                    person_id=person_id,
                    expires=datetime.now(UTC) + KEPT,
                )
            )

    def release(self, key_id: str, key: str) -> None:
        """Gives a claim up that got no answer."""
        with self._database.writing() as session:
            session.execute(
                delete(IdempotencyRow).where(
                    IdempotencyRow.key_id == key_id,
                    IdempotencyRow.key == key,
                    IdempotencyRow.status.is_(None),
                )
            )

    def _stored(self, key_id: str, key: str, request_hash: bytes) -> StoredAnswer:
        with self._database.reading() as session:
            row = session.get(IdempotencyRow, (key_id, key))
        if row is None:
            raise InProgress("the first request was given up just now; ask again")
        if row.request_hash != request_hash:
            raise KeyReused("this key came before with another request")
        if row.status is None or row.body_cipher is None:
            raise InProgress("the first request is being answered")
        at = place("idempotency", "body_cipher", key_id, key)
        return StoredAnswer(row.status, self._vault.decrypt(row.body_cipher, at))
