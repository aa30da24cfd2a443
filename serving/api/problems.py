"""Refusals as `application/problem+json` (RFC 9457). None repeats what was sent."""

import json
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from pydantic import BaseModel
from starlette.exceptions import HTTPException
from starlette.responses import Response

from serving.store.errors import KeyChanged
from serving.store.trouble import WHEN_MENDED, DatabaseAwayError, Trouble

MEDIA_TYPE = "application/problem+json"
KEY_CHANGED = (
    "what is stored does not open: the encryption key was changed, or it is damaged; whoever "
    "runs the service must start it with the key of the database"
)


class Fault(BaseModel):
    """A part of a request that cannot be used, and why."""

    field: str
    reason: str


class ProblemBody(BaseModel):
    """A refusal.

    Attributes:
        instance: the request's id, by which its line in the log is found.
        error: the detail once more, where clients of the Open Inference Protocol look for it.
    """

    type: str
    title: str
    status: int
    detail: str
    instance: str | None
    errors: list[Fault] = []
    error: str


class Problem(HTTPException):
    """A request that cannot be answered.

    It is one of the framework's exceptions, so that it passes through wherever a body is parsed.

    Attributes:
        kind: a word for programs, such as `image-refused`.
        faults: the parts of the request that are wrong.
    """

    def __init__(
        self,
        status: int,
        detail: str,
        kind: str | None = None,
        faults: Sequence[Fault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(status, detail, headers)
        self.kind = kind
        self.faults = list(faults)


def body(problem: Problem, request_id: str | None) -> dict[str, Any]:
    """Returns a problem as JSON knows it."""
    return ProblemBody(
        type=f"urn:problem:{problem.kind}" if problem.kind else "about:blank",
        title=HTTPStatus(problem.status_code).phrase,
        status=problem.status_code,
        detail=problem.detail,
        instance=request_id,
        errors=problem.faults,
        error=problem.detail,
    ).model_dump()


def response(problem: Problem, request_id: str | None) -> Response:
    """Returns the answer to a request that met a problem."""
    content = json.dumps(body(problem, request_id), ensure_ascii=False).encode()
    headers = dict(problem.headers or {})
    return Response(content, problem.status_code, headers, media_type=MEDIA_TYPE)


def documented(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Returns the schema of problems of these statuses, and of those that any call may meet."""
    always = {400, 401, 403, 404, 413, 422, 429, 500, 503}
    return {
        status: {
            "description": HTTPStatus(status).phrase,
            "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemBody"}}},
        }
        for status in sorted(always | set(statuses))
    }


def wrong_key() -> Problem:
    """Returns the refusal of a request without a key that is known and valid."""
    return Problem(
        401, "send a valid key: Authorization: Bearer …", headers={"WWW-Authenticate": "Bearer"}
    )


def too_many(seconds: int, detail: str) -> Problem:
    """Returns the refusal of somebody who asks too often."""
    return Problem(429, detail, headers={"Retry-After": str(max(1, seconds))})


def busy(seconds: int) -> Problem:
    """Returns the refusal of a request that there is no room for now."""
    detail = "too many images are under way; ask again a little later"
    return Problem(503, detail, "busy", headers={"Retry-After": str(max(1, seconds))})


def troubled(trouble: Trouble) -> Problem:
    """Returns the refusal of a request that the database did not carry out."""
    return _unavailable(trouble.told, trouble.kind, trouble.seconds)


def failed(error: Exception) -> Problem:
    """Returns the answer to a request at which the service failed."""
    if isinstance(error, DatabaseAwayError):
        return troubled(error.trouble)
    if isinstance(error, KeyChanged):
        return _unavailable(KEY_CHANGED, "key-changed", WHEN_MENDED)
    return Problem(500, "the service failed; its log says where")


def _unavailable(detail: str, kind: str, seconds: int) -> Problem:
    return Problem(503, detail, kind, headers={"Retry-After": str(seconds)})


def unknown(what: str) -> Problem:
    """Returns the refusal of a request for something that is not there."""
    return Problem(404, f"there is no such {what}", "unknown")


def unusable(field: str, reason: str, kind: str = "invalid") -> Problem:
    """Returns the refusal of a request one part of which cannot be used."""
    return Problem(422, f"{field}: {reason}", kind, [Fault(field=field, reason=reason)])
