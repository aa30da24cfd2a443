"""A request and its answer, as they pass the guard."""

import re
from collections.abc import Mapping
from uuid import uuid4

import anyio
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import Message, Receive, Scope, Send

from serving.api import problems
from serving.api.entrance import Entrance
from serving.api.problems import Problem
from serving.store.keys import Key

REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
BODY_SECONDS = 30.0
"""The longest that a part of a body may take to come."""
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Exchange:
    """A request and its answer: bytes are counted, and the answer gets its headers."""

    def __init__(
        self,
        scope: Scope,
        receive: Receive,
        send: Send,
        max_bytes: int,
        entrance: Entrance | None,
    ) -> None:
        self.entrance = entrance
        given = Headers(scope=scope)
        named = given.get("x-request-id", "")
        self.request_id = named if REQUEST_ID.fullmatch(named) else uuid4().hex
        state = {**scope.get("state", {}), "request_id": self.request_id, "key": None}
        self.scope: Scope = {**scope, "state": state}
        self.headers: dict[str, str] = {}
        self.key: Key | None = None
        self.status = 500
        self._receive, self._send, self._max_bytes = receive, send, max_bytes
        self._length = given.get("content-length")
        self.has_body = "transfer-encoding" in given or self._length not in (None, "0")
        self._read, self._is_complete, self._has_begun = 0, not self.has_body, False

    def limit_to(self, max_bytes: int) -> None:
        """Takes no longer body than this."""
        self._max_bytes = min(self._max_bytes, max_bytes)

    def require_size(self) -> None:
        """Refuses a body that says itself that it is too long."""
        length = self._length
        if length is not None and length.isdecimal() and int(length) > self._max_bytes:
            raise self._too_large()

    async def receive(self) -> Message:
        """Returns the next part of the body, and refuses what is more than may be."""
        if self._is_complete:
            return await self._receive()
        try:
            with anyio.fail_after(BODY_SECONDS):
                message = await self._receive()
        except TimeoutError:
            raise Problem(408, "the body did not come in time") from None
        self._read += len(message.get("body", b""))
        if self._read > self._max_bytes:
            raise self._too_large()
        self._is_complete = not message.get("more_body", False)
        return message

    async def send(self, message: Message) -> None:
        """Sends a part of the answer; the guard's headers go with its head."""
        if message["type"] == "http.response.start":
            self._has_begun, self.status = True, message["status"]
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            for name, value in (*self._fixed_headers().items(), *self.headers.items()):
                headers[name] = value
            if not self._is_complete:
                headers["Connection"] = "close"
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        """Answers with a problem, where no answer has begun."""
        if self._has_begun:
            return
        if self.entrance is not None:
            answer = self.entrance.refusal(problem, self.scope)
        else:
            answer = problems.response(problem, self.request_id)
        await answer(self.scope, self._receive, self.send)

    def _fixed_headers(self) -> Mapping[str, str]:
        return self.entrance.headers(self.scope["path"]) if self.entrance else HEADERS

    def _too_large(self) -> Problem:
        return Problem(413, f"a body has at most {self._max_bytes} bytes", "too-large")
