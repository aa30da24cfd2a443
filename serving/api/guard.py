"""The guard: what is checked of a request before the framework sees it.

The framework reads a whole body before it asks who is there. Here the host and the key are checked
before any of it is read, and its bytes are counted while they come.
"""

import logging
import re
import time
from collections.abc import Callable
from uuid import uuid4

import anyio
from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from serving.api import logs, problems
from serving.api.metrics import Metrics
from serving.api.problems import Problem
from serving.api.rates import Limiter
from serving.settings import Settings
from serving.store.errors import KeyChanged
from serving.store.keys import Key

OPEN = frozenset({"/livez", "/readyz", "/openapi.json"})
"""Paths that need no key. Probes name the address of a container as their host, which nobody knows
beforehand: the first two take any."""
ANY_HOST = frozenset({"/livez", "/readyz"})
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
LONGEST_KEY = 200
BODY_SECONDS = 30.0
"""The longest that a part of a body may take to come."""
CHECKS_AT_ONCE = 8
GONE = 499
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


class Guard:
    """The ASGI application around the framework's."""

    def __init__(
        self,
        app: ASGIApp,
        check: Callable[[str], Key | None],
        settings: Settings,
        metrics: Metrics,
    ) -> None:
        """Wraps `app`; `check` returns the valid key of a plain text."""
        self._app, self._check, self._metrics = app, check, metrics
        self._hosts, self._max_bytes = settings.hosts, settings.max_bytes
        self._limiter = Limiter(settings.rates)
        self._uploads, self._most_uploads = 0, settings.queue
        self._checks: CapacityLimiter | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers a request, itself or by the application."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":
            await send({"type": "websocket.close", "code": 1008})
            return
        exchange = _Exchange(scope, receive, send, self._max_bytes)
        began = time.perf_counter()
        try:
            await self._guarded(exchange)
        except Problem as problem:
            await exchange.refuse(problem)
        except ClientDisconnect:
            exchange.status = GONE
        except KeyChanged as error:
            logs.failure("key changed", error, request_id=exchange.request_id)
            await exchange.refuse(problems.busy(60))
        except Exception as error:
            logs.failure("failed", error, request_id=exchange.request_id)
            await exchange.refuse(problems.failed())
        self._tell(exchange, time.perf_counter() - began)

    async def _guarded(self, exchange: "_Exchange") -> None:
        path = exchange.scope["path"]
        self._require_host(exchange)
        if path not in OPEN:
            key = await self._key(exchange)
            window = self._limiter.ask(key.id)
            exchange.headers |= window.headers
            if not window.is_open:
                raise problems.too_many(window.seconds, "this key asks too often")
            exchange.key = exchange.scope["state"]["key"] = key
        exchange.require_size()
        if not exchange.has_body:
            await self._app(exchange.scope, exchange.receive, exchange.send)
            return
        if self._uploads >= self._most_uploads:
            raise problems.busy(1)
        self._uploads += 1
        try:
            await self._app(exchange.scope, exchange.receive, exchange.send)
        finally:
            self._uploads -= 1

    def _require_host(self, exchange: "_Exchange") -> None:
        hosts = Headers(scope=exchange.scope).getlist("host")
        if exchange.scope["path"] in ANY_HOST:
            return
        if len(hosts) != 1 or _without_port(hosts[0]) not in self._hosts:
            raise Problem(400, "this host is not served here: allowed_hosts names those that are")

    async def _key(self, exchange: "_Exchange") -> Key:
        plain = _plain_key(Headers(scope=exchange.scope))
        if plain is None:
            raise problems.wrong_key()
        if self._checks is None:
            self._checks = CapacityLimiter(CHECKS_AT_ONCE)
        key = None
        if len(plain) <= LONGEST_KEY:
            key = await to_thread.run_sync(self._check, plain, limiter=self._checks)
        if key is not None:
            return key
        client = exchange.scope.get("client")
        window = self._limiter.fail(client[0] if client else "")
        if window.is_open:
            raise problems.wrong_key()
        logs.write("wrong keys", logging.WARNING, request_id=exchange.request_id)
        raise problems.too_many(window.seconds, "too many wrong keys from this address")

    def _tell(self, exchange: "_Exchange", seconds: float) -> None:
        route = getattr(exchange.scope.get("route"), "path", "other")
        method = exchange.scope["method"]
        if method not in ("GET", "POST", "PATCH", "DELETE", "HEAD"):
            method = "other"
        self._metrics.answered(method, route, exchange.status, seconds)
        logs.write(
            "request",
            request_id=exchange.request_id,
            key=exchange.key.id if exchange.key else None,
            method=method,
            route=route,
            status=exchange.status,
            milliseconds=round(1000 * seconds, 1),
        )


class _Exchange:
    """A request and its answer, as they pass the guard."""

    def __init__(self, scope: Scope, receive: Receive, send: Send, max_bytes: int) -> None:
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
            for name, value in (*HEADERS.items(), *self.headers.items()):
                headers[name] = value
            if not self._is_complete:
                headers["Connection"] = "close"
        await self._send(message)

    async def refuse(self, problem: Problem) -> None:
        """Answers with a problem, where no answer has begun."""
        if self._has_begun:
            return
        answer = problems.response(problem, self.request_id)
        await answer(self.scope, self._receive, self.send)

    def _too_large(self) -> Problem:
        return Problem(413, f"a body has at most {self._max_bytes} bytes", "too-large")


def _plain_key(headers: Headers) -> str | None:
    scheme, _, plain = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and plain.strip():
        return plain.strip()
    return headers.get("x-api-key") or None


def _without_port(host: str) -> str:
    return re.sub(r":\d+$", "", host).lower()
