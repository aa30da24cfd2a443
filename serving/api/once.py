"""Requests with an `Idempotency-Key`: what comes twice is done once, and answered alike.

The answer is committed with what it tells of, so that a repetition gets it even where the service
died before it was sent.
"""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import Header
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from serving.api.caller import key_of, service_of
from serving.api.problems import Problem, unusable
from serving.store.errors import AlreadyDone, KeyReused
from serving.store.idempotency import RepeatableRequest
from serving.store.transactions import Transaction

HEADER = "Idempotency-Key"
LONGEST = 200
CREATED, NO_CONTENT = 201, 204
OwnKey = Annotated[str | None, Header(alias=HEADER)]
"""The header as endpoints name it, for the schema."""


def once(
    request: Request,
    work: Callable[[RepeatableRequest | None], BaseModel | None],
    fields: BaseModel | None = None,
    images: Sequence[bytes] = (),
    status: int = 200,
) -> Response:
    """Does the work of a request that changes something, or repeats the answer it got before.

    Args:
        request: that may come again.
        work: does what is asked in a transaction of the request that it is given, and returns the
            answer that it has kept there by `keep`; None: it has no content.
        fields: of the request.
        images: of the request.
        status: of the answer.

    Raises:
        Problem: 409, the key came with another request; 422, it cannot be a key.
    """
    repeatable = _repeatable(request, fields, images)
    try:
        if repeatable is not None:
            before = service_of(request).store.transactions.answer_to(repeatable)
            if before is not None:
                return _response(before.status, before.body)
        return _response(status, _content(work(repeatable)))
    except AlreadyDone as done:  # at the same time as this request
        return _response(done.status, done.body)
    except KeyReused:
        raise Problem(
            409, "this Idempotency-Key came before with another request", "key-reused"
        ) from None


def keep(
    transaction: Transaction,
    answer: BaseModel | None,
    person_id: str | None = None,
    status: int = 200,
) -> None:
    """Keeps the answer to a request within the transaction of what it tells of."""
    transaction.answer(status, _content(answer), person_id)


def _repeatable(
    request: Request, fields: BaseModel | None, images: Sequence[bytes]
) -> RepeatableRequest | None:
    key = request.headers.get(HEADER)
    if key is None:
        return None
    if not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise unusable(HEADER, f"1 to {LONGEST} printable ASCII characters")
    return RepeatableRequest(key_of(request).id, key, _hash(request, fields, images))


def _content(answer: BaseModel | None) -> bytes:
    return b"" if answer is None else answer.model_dump_json().encode()


def _response(status: int, content: bytes) -> Response:
    if status == NO_CONTENT:
        return Response(status_code=status)
    headers = {}
    if status == CREATED:
        headers["Location"] = f"/v1/people/{json.loads(content)['id']}"
    return Response(content, status, headers, media_type="application/json")


def _hash(request: Request, fields: BaseModel | None, images: Sequence[bytes]) -> bytes:
    told = "" if fields is None else fields.model_dump_json()
    parts = [request.method, request.url.path, told]
    digests = [hashlib.sha256(part.encode()).digest() for part in parts]
    digests += [hashlib.sha256(image).digest() for image in images]
    return hashlib.sha256(b"".join(digests)).digest()
