"""Requests over HTTP, repeated where that is safe."""

import http.client
import json
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from email.message import Message
from typing import IO, Any, NamedTuple
from urllib.parse import urlencode, urlsplit

from serving.client.errors import ProblemError, UnreachableError, read_problem

ATTEMPTS = 5
LONGEST_WAIT = 60
"""Seconds: a service that asks for more is not asked again."""
AGAIN = (429, 503)
"""Statuses of answers that may name a time to ask again."""
UNKNOWN = "no-database"
"""The kind of a refusal after which nobody knows whether the request was carried out."""


class Sent(NamedTuple):
    """The body of a request."""

    content: bytes
    media_type: str


class Transport:
    """Requests to one service with one key. The key is sent to no other address."""

    def __init__(
        self,
        address: str,
        key: str,
        timeout: float,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        """Prepares requests; `timeout` in seconds.

        Raises:
            ValueError: the address is none of HTTP, or the key holds what no header may.
        """
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
            raise ValueError("an address is http://host:port or https://host")
        if not key.isascii() or not key.isprintable() or not key.strip():
            raise ValueError("this is no key")
        self._address = address.rstrip("/")
        self._key, self._timeout, self._sleep = key.strip(), timeout, sleep
        self._opener = urllib.request.build_opener(_NoRedirect())

    def ask(
        self,
        method: str,
        path: str,
        query: Mapping[str, str] | None = None,
        sent: Sent | None = None,
        once_key: str | None = None,
    ) -> Any:
        """Returns the content of an answer; None where it has none.

        It asks again after the time that the service names. After a connection that broke, or a
        database that went away, it does so where the request changes nothing, or has an
        Idempotency-Key.

        Args:
            method: of HTTP.
            path: below the service's address.
            query: of the path.
            sent: the body.
            once_key: Idempotency-Key.

        Raises:
            ProblemError: the service refused.
            UnreachableError: there was no answer, or none of JSON.
        """
        url = f"{self._address}{path}" + (f"?{urlencode(query)}" if query else "")
        headers = {"Authorization": f"Bearer {self._key}"}
        if sent is not None:
            headers["Content-Type"] = sent.media_type
        if once_key is not None:
            headers["Idempotency-Key"] = once_key
        request = urllib.request.Request(  # noqa: S310 -- the scheme was checked
            url, data=sent.content if sent else None, headers=headers, method=method
        )
        is_repeatable = method == "GET" or once_key is not None
        for left in reversed(range(ATTEMPTS)):
            try:
                return self._ask(request)
            except _Again as again:
                is_unknown = again.problem.kind == UNKNOWN
                if not left or (is_unknown and not is_repeatable):
                    raise again.problem from None
                self._sleep(again.seconds)
            except UnreachableError:
                if not left or not is_repeatable:
                    raise
                self._sleep(2.0 ** (ATTEMPTS - 1 - left) / 4)
        raise AssertionError("the last attempt answers or raises")

    def _ask(self, request: urllib.request.Request) -> Any:
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            raise _refusal(error) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise UnreachableError(f"{self._address} does not answer: {reason}") from None
        if not content:
            return None
        try:
            return json.loads(content)
        except ValueError:
            raise UnreachableError(f"{self._address} answers with no JSON") from None


class _Again(Exception):  # noqa: N818 -- no error, but a turn
    def __init__(self, problem: ProblemError, seconds: float) -> None:
        super().__init__(problem)
        self.problem, self.seconds = problem, seconds


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(
        self,
        req: urllib.request.Request,
        fp: IO[bytes],
        code: int,
        msg: str,
        headers: Message,
        newurl: str,
    ) -> None:
        """Follows nothing: the key would go with it."""


def _refusal(error: urllib.error.HTTPError) -> Exception:
    with error:
        problem = read_problem(error.code, error.read())
    wait = error.headers.get("Retry-After", "")
    if error.code in AGAIN and wait.isdecimal() and int(wait) <= LONGEST_WAIT:
        return _Again(problem, float(wait))
    return problem
