"""Requests that may come twice: the second gets the answer of the first."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from sqlalchemy.orm import Session

from serving.store.errors import AlreadyDone, KeyReused
from serving.store.tables import IdempotencyRow
from serving.store.vault import Vault, place

KEPT = timedelta(hours=24)


class RepeatableRequest(NamedTuple):
    """A request that may come again.

    Attributes:
        key_id: the id of the API key.
        key: the caller's own key, 1 to 200 characters.
        request_hash: SHA-256 of the request, 32 bytes.
    """

    key_id: str
    key: str
    request_hash: bytes


class StoredAnswer(NamedTuple):
    """The answer to the first request."""

    status: int
    body: bytes


def find(session: Session, vault: Vault, request: RepeatableRequest) -> StoredAnswer | None:
    """Returns the answer that a request got before.

    Raises:
        KeyReused: the key came before with another request.
    """
    row = session.get(IdempotencyRow, (request.key_id, request.key))
    if row is None or row.expires <= datetime.now(UTC):
        return None
    if row.request_hash != request.request_hash:
        raise KeyReused("this key came before with another request")
    if row.status is None or row.body_cipher is None:  # of earlier code, which claimed keys first
        return None
    return StoredAnswer(row.status, vault.decrypt(row.body_cipher, _place(request)))


def require_new(session: Session, vault: Vault, request: RepeatableRequest) -> None:
    """Refuses a request that was carried out.

    Raises:
        AlreadyDone: it was, and has the answer.
        KeyReused: as of `find`.
    """
    answer = find(session, vault, request)
    if answer is not None:
        raise AlreadyDone(answer.status, answer.body)


def keep(
    session: Session,
    vault: Vault,
    request: RepeatableRequest,
    answer: StoredAnswer,
    person_id: str | None,
) -> None:
    """Stores an answer for a day, or until the person that it tells of is deleted."""
    session.merge(
        IdempotencyRow(
            key_id=request.key_id,
            key=request.key,
            request_hash=request.request_hash,
            status=answer.status,
            body_cipher=vault.encrypt(answer.body, _place(request)),
            person_id=person_id,
            expires=datetime.now(UTC) + KEPT,
        )
    )


def _place(request: RepeatableRequest) -> str:
    return place("idempotency", "body_cipher", request.key_id, request.key)
