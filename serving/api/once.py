"""Requests with an `Idempotency-Key`: what comes twice is done once, and answered alike."""

import hashlib
import json
from collections.abc import Callable, Sequence
from typing import NamedTuple

from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from serving.api.caller import key_of, service_of
from serving.api.problems import Problem, unusable
from serving.store.errors import InProgress, KeyReused

HEADER = "Idempotency-Key"
LONGEST = 200


class Done(NamedTuple):
    """An answer, and the person it is about."""

    answer: BaseModel
    person_id: str


def once(
    request: Request, fields: BaseModel, images: Sequence[bytes], work: Callable[[], Done]
) -> Response:
    """Does the work of a request that creates something, or repeats the answer it got before.

    Raises:
        Problem: 409, the key came with another request, or the first is being answered.
    """
    key = request.headers.get(HEADER)
    if key is None:
        return _created(work())
    if not 0 < len(key) <= LONGEST or not key.isascii() or not key.isprintable():
        raise unusable(HEADER, f"1 to {LONGEST} printable ASCII characters")
    stored, key_id = service_of(request).store.idempotency, key_of(request).id
    try:
        before = stored.claim(key_id, key, _hash(request, fields, images))
    except KeyReused:
        raise Problem(
            409, "this Idempotency-Key came before with another request", "key-reused"
        ) from None
    except InProgress:
        raise Problem(
            409, "the first request is being answered", "in-progress", headers={"Retry-After": "1"}
        ) from None
    if before is not None:
        location = f"/v1/people/{json.loads(before.body)['id']}"
        return _json(before.body, before.status, location)
    try:
        done = work()
    except BaseException:
        stored.release(key_id, key)
        raise
    answer = _created(done)
    stored.complete(key_id, key, answer.status_code, bytes(answer.body), done.person_id)
    return answer


def _created(done: Done) -> Response:
    return _json(done.answer.model_dump_json().encode(), 201, f"/v1/people/{done.person_id}")


def _json(content: bytes, status: int, location: str) -> Response:
    return Response(content, status, {"Location": location}, media_type="application/json")


def _hash(request: Request, fields: BaseModel, images: Sequence[bytes]) -> bytes:
    parts = [request.method, request.url.path, fields.model_dump_json()]
    digests = [hashlib.sha256(part.encode()).digest() for part in parts]
    digests += [hashlib.sha256(image).digest() for image in images]
    return hashlib.sha256(b"".join(digests)).digest()
