"""A local web server with ranges and validators that can be told to misbehave."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Request(NamedTuple):
    """A request's path with its query, and its header `Authorization`."""

    path: str
    credentials: str | None


@dataclass
class ServedFile:
    """What is served and how. `cut_after` breaks each GET of the file after so many bytes, `cuts`
    times. `part_etag` and `part_total` stand in answers of a part in place of what is true; without
    `length` the answer to a GET ends with its connection.
    """

    content: bytes
    etag: str | None = '"one"'
    ranges: bool = True
    cut_after: int = 0
    cuts: int = 0
    part_etag: str | None = None
    part_total: int | None = None
    length: bool = True
    statuses: list[int] = field(default_factory=list)
    redirect: str | None = None
    address: str = ""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    asked: list[Request] = field(default_factory=list)
    sent: int = 0


@contextmanager
def serving(content: bytes, **how: object) -> Iterator[ServedFile]:
    """Serves bytes on a free port of this machine."""
    served = ServedFile(content, **how)  # type: ignore[arg-type]

    class Handler(_Handler):
        plan = served

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    served.address = f"http://127.0.0.1:{server.server_port}/data.zip"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield served
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    plan: ServedFile
    protocol_version = "HTTP/1.1"

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def do_GET(self) -> None:
        self._answer(body=True)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def _answer(self, body: bool) -> None:
        plan, span = self.plan, self.headers.get("Range")
        plan.requests.append((self.command, span))
        plan.asked.append(Request(self.path, self.headers.get("Authorization")))
        if plan.statuses or plan.redirect:
            self.send_response(plan.statuses.pop(0) if plan.statuses else 302)
            if plan.redirect:
                self.send_header("Location", plan.redirect)
            self.send_header("Content-Length", "0")
            self.end_headers()
            return
        start, etag = 0, plan.etag
        if span and plan.ranges and self.headers.get("If-Range") == plan.etag:
            start = int(span.removeprefix("bytes=").rstrip("-"))
            self.send_response(206)
            etag, total = plan.part_etag or etag, plan.part_total or len(plan.content)
            self.send_header("Content-Range", f"bytes {start}-{len(plan.content) - 1}/{total}")
        else:
            self.send_response(200)
        if etag:
            self.send_header("ETag", etag)
        part = plan.content[start:]
        if plan.length or not body:
            self.send_header("Content-Length", str(len(part)))
        else:
            self.close_connection = True
        self.end_headers()
        if body:
            self._send(part)

    def _send(self, part: bytes) -> None:
        if self.plan.cuts:
            self.plan.cuts -= 1
            part = part[: self.plan.cut_after]
            self.close_connection = True
        self.plan.sent += len(part)
        self.wfile.write(part)
        self.wfile.flush()
