"""Connections that give up a server whose answer trickles.

A timeout is of each wait alone: a server that sends a byte now and then would keep its client for
ever.
"""

import io
import time
from collections.abc import Mapping
from typing import Any, TypeVar

T = TypeVar("T")

SECONDS = 120.0  # of waiting for a server, within which it must have sent enough
RATE = 4 << 10  # bytes a second: less is too slow


def watched(pools: Mapping[str, Any]) -> dict[str, Any]:
    """Returns urllib3's pools of connections as ones that end an answer of less than `RATE`.

    Its reader meets a timeout then, as where nothing comes.

    Args:
        pools: the classes of the pools, by the schemes of addresses, as `pool_classes_by_scheme` of
            a `PoolManager`.
    """
    classes = {}
    for scheme, pool in pools.items():
        settings = {"ConnectionCls": connection(pool.ConnectionCls)}
        classes[scheme] = type("Pool", (pool,), settings)
    return classes


def connection(kind: type[T]) -> type[T]:
    """Returns a class of connections of `http.client` as one that ends such an answer."""
    return type("Connection", (_Watched, kind), {})


class _Watched:
    """A connection, of `http.client`, whose answers are read from a watched socket.

    That to a POST may take long in its own right: while S3 joins the parts of an object it sends a
    space now and then.
    """

    sock: Any

    def connect(self) -> None:
        """Opens the connection."""
        super().connect()  # type: ignore[misc]
        self.sock = _Socket(self.sock, self)

    def putrequest(self, method: str, *args: Any, **settings: Any) -> None:
        """Begins a request."""
        self.is_watched = method != "POST"
        super().putrequest(method, *args, **settings)  # type: ignore[misc]


class _Socket:
    """A connected socket: all that it can, but the files to read answers from are watched."""

    def __init__(self, connected: Any, connection: _Watched) -> None:
        self._connected, self._connection = connected, connection

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connected, name)

    def makefile(self, mode: str, buffering: int | None = None) -> Any:
        """Opens the answer as a binary file, without a buffer where `buffering` is 0."""
        if not self._connection.is_watched:
            return self._connected.makefile(mode, buffering)
        answer = _Answer(self._connected.makefile(mode, buffering=0))
        return answer if buffering == 0 else io.BufferedReader(answer)


class _Answer(io.RawIOBase):
    """The bytes of an answer, as long as they come fast enough."""

    def __init__(self, source: io.RawIOBase) -> None:
        self._source = source
        self._waited, self._came = 0.0, 0

    def readable(self) -> bool:
        """Returns True."""
        return True

    def fileno(self) -> int:
        """Returns the number of the socket."""
        return self._source.fileno()

    def readinto(self, buffer: Any) -> int | None:
        """Reads what has come, as a file does.

        Raises:
            TimeoutError: nothing came for long, or too little in `SECONDS`.
        """
        began = time.monotonic()
        count = self._source.readinto(buffer)
        self._waited += time.monotonic() - began
        self._came += count or 0
        if self._waited > SECONDS:
            if self._came < self._waited * RATE:
                raise TimeoutError(f"less than {RATE} bytes a second")
            self._waited, self._came = 0.0, 0
        return count

    def close(self) -> None:
        """Closes the socket's own file."""
        self._source.close()
        super().close()
