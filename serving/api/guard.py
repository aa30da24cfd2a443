"""The guard: what is checked of a request before the framework sees it.

The framework reads a whole body before it asks who is there. Here the host and the key are checked
before any of it is read, and its bytes are counted while they come.
"""

import logging
import re
import time
from collections.abc import Callable
from functools import partial

from anyio import CapacityLimiter, to_thread
from starlette.datastructures import Headers
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from serving.api import logs, problems
from serving.api.entrance import OPEN_BYTES, Entrance, require_same_origin
from serving.api.exchange import Exchange
from serving.api.metrics import Metrics
from serving.api.problems import Problem
from serving.api.rates import Limiter
from serving.settings import Settings
from serving.store.keys import Key
from serving.tracing import traces

ANY_HOST = frozenset({"/livez", "/readyz", "/v2/health/live", "/v2/health/ready"})
"""Paths of probes, which name the address of a container as their host: nobody knows it
beforehand."""
OPEN = ANY_HOST | {"/openapi.json"}
"""Paths that need no key."""
LONGEST_KEY = 200
CHECKS_AT_ONCE = 8
GONE = 499


class Guard:
    """The ASGI application around the framework's."""

    def __init__(
        self,
        app: ASGIApp,
        check: Callable[[str], Key | None],
        settings: Settings,
        metrics: Metrics,
        entrance: Entrance | None = None,
    ) -> None:
        """Wraps `app`; `check` returns the valid key of a plain text, `entrance` lets people in."""
        self._entrance = entrance
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
        is_page = self._entrance is not None and self._entrance.covers(scope["path"])
        entrance = self._entrance if is_page else None
        exchange = Exchange(scope, receive, send, self._max_bytes, entrance)
        if scope["path"] in ANY_HOST:  # of probes, which nobody traces
            await self._answer(exchange)
            return
        with traces.request(Headers(scope=scope).get("traceparent")):
            await self._answer(exchange)

    async def _answer(self, exchange: Exchange) -> None:
        began = time.perf_counter()
        try:
            await self._guarded(exchange)
        except Problem as problem:
            await exchange.refuse(problem)
        except ClientDisconnect:
            exchange.status = GONE
        except Exception as error:
            logs.failure("failed", error, request_id=exchange.request_id)
            await exchange.refuse(problems.failed(error))
        self._tell(exchange, time.perf_counter() - began)

    async def _guarded(self, exchange: Exchange) -> None:
        path = exchange.scope["path"]
        self._require_host(exchange)
        if exchange.entrance is not None:
            await self._let_in(exchange, exchange.entrance)
        elif path not in OPEN:
            self._count(exchange, await self._key(exchange))
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

    def _require_host(self, exchange: Exchange) -> None:
        hosts = Headers(scope=exchange.scope).getlist("host")
        if exchange.scope["path"] in ANY_HOST:
            return
        if len(hosts) != 1 or _without_port(hosts[0]) not in self._hosts:
            raise Problem(400, "this host is not served here: allowed_hosts names those that are")

    async def _let_in(self, exchange: Exchange, entrance: Entrance) -> None:
        headers = Headers(scope=exchange.scope)
        if exchange.scope["method"] not in ("GET", "HEAD"):
            require_same_origin(headers)
        if entrance.is_open(exchange.scope["path"]):
            exchange.limit_to(OPEN_BYTES)
            exchange.scope["state"]["check_key"] = partial(self._checked, exchange)
            return
        key = await to_thread.run_sync(entrance.key, headers, limiter=self._limit_of_checks())
        if key is None:
            raise Problem(401, "sign in first", "sign-in")
        self._count(exchange, key)

    def _count(self, exchange: Exchange, key: Key) -> None:
        window = self._limiter.ask(key.id)
        exchange.headers |= window.headers
        if not window.is_open:
            raise problems.too_many(window.seconds, "this key asks too often")
        exchange.key = exchange.scope["state"]["key"] = key

    def _limit_of_checks(self) -> CapacityLimiter:
        if self._checks is None:
            self._checks = CapacityLimiter(CHECKS_AT_ONCE)
        return self._checks

    async def _key(self, exchange: Exchange) -> Key:
        plain = _plain_key(Headers(scope=exchange.scope))
        if plain is None:
            raise problems.wrong_key()
        return await self._checked(exchange, plain)

    async def _checked(self, exchange: Exchange, plain: str) -> Key:
        """Returns the valid key of a plain text; wrong ones are counted by their address."""
        key = None
        if len(plain) <= LONGEST_KEY:
            key = await to_thread.run_sync(self._check, plain, limiter=self._limit_of_checks())
        if key is not None:
            return key
        client = exchange.scope.get("client")
        window = self._limiter.fail(client[0] if client else "")
        if window.is_open:
            raise problems.wrong_key()
        logs.write("wrong keys", logging.WARNING, request_id=exchange.request_id)
        raise problems.too_many(window.seconds, "too many wrong keys from this address")

    def _tell(self, exchange: Exchange, seconds: float) -> None:
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
            **traces.answered(method, route, exchange.status),
        )


def _plain_key(headers: Headers) -> str | None:
    scheme, _, plain = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and plain.strip():
        return plain.strip()
    return headers.get("x-api-key") or None


def _without_port(host: str) -> str:
    return re.sub(r":\d+$", "", host).lower()
