"""A file on a web server: its description, and its bytes from a certain one on."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import astuple, dataclass
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests
import urllib3

from components.shared.runtime.errors import InputError, redact_credentials
from components.shared.storage import slow_servers

TIMEOUT = (10, 60)  # seconds to connect, and between two packets
REDIRECTS = 5
CHUNK = 1 << 20
LOOPBACK = {"127.0.0.1", "localhost"}
_PASSING = {408, 425, 429, 500, 502, 503, 504}
_NO_HEAD = {403, 405, 501}


class TransientError(Exception):
    """A fault that may be gone the next time."""


class UnreachableError(InputError):
    """A fault that was still there after several attempts."""


@dataclass(frozen=True)
class Remote:
    """A server's description of a file: enough to notice that it changed."""

    etag: str | None
    last_modified: str | None
    bytes: int | None

    @property
    def validator(self) -> str | None:
        """The value for `If-Range` (RFC 9110, 13.1.5): a strong ETag, else the date."""
        strong = self.etag if self.etag and not self.etag.startswith("W/") else None
        return strong or self.last_modified

    def admits(self, part: "Remote") -> bool:
        """Tells whether a part may be of this file: what both descriptions tell is equal."""
        return all(
            None in (own, other) or own == other
            for own, other in zip(astuple(self), astuple(part), strict=True)
        )


class WebFile:
    """A file behind an address: https, or http on this machine."""

    def __init__(self, address: str) -> None:
        self.name = redact_credentials(address)
        self._address = _checked(address, address)
        self._session = requests.Session()
        for scheme in ("https://", "http://"):
            self._session.mount(scheme, _Adapter())
        self._session.trust_env = urlsplit(address).hostname not in LOOPBACK
        self._session.headers["Accept-Encoding"] = "identity"

    def head(self) -> Remote:
        """Asks the server for its description of the file.

        Raises:
            TransientError: it could not be reached this time.
            InputError: it has no such file, or does not give it.
        """
        try:
            with self._request("HEAD", {}) as answer:
                return _remote(answer)
        except _RefusedError as refusal:
            if refusal.status not in _NO_HEAD:
                raise
            with self._request("GET", {}) as answer:
                return _remote(answer)

    @contextmanager
    def get(
        self, start: int, known: Remote | None
    ) -> Iterator[tuple[int, int | None, Iterator[bytes]]]:
        """Asks for the bytes from `start` on, of the file that `known` describes.

        Args:
            start: the first byte that is missing.
            known: the description of the file whose earlier bytes are here; None where none are.

        Yields:
            The offset of the first byte (0 where the file is another one or the server gives only
            all of it), the size of the whole file, and its bytes in chunks.

        Raises:
            TransientError: the server could not be reached, or the connection broke.
            InputError: it has no such file, or does not give it.
        """
        headers = {"Range": f"bytes={start}-", "If-Range": known.validator or ""} if known else {}
        with self._request("GET", headers) as answer:
            offset, remote = _start(answer), _remote(answer)
            if offset not in {0, start}:
                raise TransientError(
                    f"{self.name}: the server sent another part than was asked for"
                )
            if offset and known and not known.admits(remote):
                raise TransientError(f"{self.name}: the server sent a part of another file")
            yield offset, remote.bytes, self._chunks(answer)

    def _chunks(self, answer: requests.Response) -> Iterator[bytes]:
        try:
            yield from answer.raw.stream(CHUNK, decode_content=False)
        except (urllib3.exceptions.HTTPError, OSError) as error:
            raise TransientError(
                f"{self.name}: the connection broke ({type(error).__name__})"
            ) from None

    @contextmanager
    def _request(self, method: str, headers: dict[str, str]) -> Iterator[requests.Response]:
        with self._follow(method, headers) as answer:
            if answer.status_code in _PASSING or answer.status_code == 416:
                raise TransientError(
                    f"{self.name}: the server answered {answer.status_code} {answer.reason}"
                )
            if not answer.ok:
                raise _RefusedError(
                    f"{self.name}: the server answered {answer.status_code} {answer.reason}", answer
                )
            yield answer

    def _follow(self, method: str, headers: dict[str, str]) -> requests.Response:
        address = self._address
        for _ in range(REDIRECTS + 1):
            answer = self._send(method, address, headers)
            if not answer.is_redirect:
                return answer
            address = _checked(urljoin(address, answer.headers["Location"]), self._address)
            answer.close()
        raise InputError(f"{self.name}: redirected more than {REDIRECTS} times")

    def _send(self, method: str, address: str, headers: dict[str, str]) -> requests.Response:
        try:
            return self._session.request(
                method,
                address,
                headers=headers,
                stream=True,
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.exceptions.SSLError as error:
            raise InputError(f"{self.name}: no trustworthy connection: {_brief(error)}") from None
        except (requests.ConnectionError, requests.Timeout) as error:
            raise TransientError(f"{self.name}: cannot be reached: {_brief(error)}") from None
        except requests.RequestException as error:
            raise InputError(f"{self.name}: {_brief(error)}") from None


class _Adapter(requests.adapters.HTTPAdapter):
    """Connections that give up a server whose answer trickles, behind a proxy too."""

    def init_poolmanager(self, *args: Any, **settings: Any) -> None:
        super().init_poolmanager(*args, **settings)
        pools = self.poolmanager.pool_classes_by_scheme
        self.poolmanager.pool_classes_by_scheme = slow_servers.watched(pools)

    def proxy_manager_for(self, *args: Any, **settings: Any) -> urllib3.ProxyManager:
        known = set(self.proxy_manager.values())
        manager: urllib3.ProxyManager = super().proxy_manager_for(*args, **settings)
        if manager not in known:
            pools = manager.pool_classes_by_scheme  # SOCKS has its own
            manager.pool_classes_by_scheme = slow_servers.watched(pools)
        return manager


class _RefusedError(InputError):
    """An answer that says no for good."""

    def __init__(self, message: str, answer: requests.Response) -> None:
        super().__init__(message)
        self.status = answer.status_code


def _checked(address: str, first: str) -> str:
    """Returns the address, if it is https, or http on this machine as the first one was.

    Args:
        address: of the file, or of a redirection.
        first: the address that the user named.

    Raises:
        InputError: it is neither.
    """
    parts, origin = urlsplit(address), urlsplit(first)
    local = parts.scheme == "http" and parts.hostname in LOOPBACK and origin.hostname in LOOPBACK
    if not parts.hostname or (parts.scheme != "https" and not local):
        raise InputError(redact_credentials(f"{first}: leads to {address}, which is not https"))
    return address


def _remote(answer: requests.Response) -> Remote:
    headers = answer.headers
    total = _range(answer)[1] if answer.status_code == 206 else headers.get("Content-Length")
    return Remote(
        headers.get("ETag"),
        headers.get("Last-Modified"),
        int(total) if total and total.isdecimal() else None,
    )


def _start(answer: requests.Response) -> int:
    return int(_range(answer)[0]) if answer.status_code == 206 else 0


def _range(answer: requests.Response) -> tuple[str, str]:
    match = re.match(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", ""))
    if not match:
        raise TransientError(f"{redact_credentials(answer.url)}: a part without its place")
    return match[1], match[2]


def _brief(error: Exception) -> str:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return (
        re.sub(r"^.*?>: |^HTTPS?Connection\(.*?\): ", "", str(reason or error)).strip()
        or type(error).__name__
    )
