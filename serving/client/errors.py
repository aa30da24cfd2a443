"""Errors of the client."""

import json
from collections.abc import Mapping
from typing import Any


class ClientError(Exception):
    """A request that has no answer."""


class UnreachableError(ClientError):
    """The service cannot be reached, or what answers is no service of this kind."""


class ProblemError(ClientError):
    """A request that the service refused; its text is the problem's title and detail.

    Attributes:
        status: of HTTP.
        title: of the problem, such as `Not Found`.
        detail: a sentence.
        kind: a word for programs, such as `image-refused`; None where there is none.
        request_id: by which the service's log names the request.
        faults: the parts of the request that are wrong, each with `field` and `reason`.
    """

    def __init__(self, status: int, body: Mapping[str, Any]) -> None:
        """Reads a problem, an object of RFC 9457."""
        self.status = status
        self.title = str(body.get("title") or f"status {status}")
        self.detail = str(body.get("detail") or "")
        kind = str(body.get("type") or "")
        self.kind = kind.removeprefix("urn:problem:") if kind.startswith("urn:problem:") else None
        self.request_id = body.get("instance")
        self.faults: list[dict[str, str]] = list(body.get("errors") or [])
        super().__init__(f"{self.title}: {self.detail}" if self.detail else self.title)


def read_problem(status: int, content: bytes) -> ProblemError:
    """Returns the problem of an answer, of its status alone where it tells none."""
    try:
        body = json.loads(content)
    except ValueError:
        body = None
    return ProblemError(status, body if isinstance(body, dict) else {})
