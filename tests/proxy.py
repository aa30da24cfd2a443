"""A proxy before the S3 server, by which requests are refused, cut short, changed or held up."""

import http.client
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

Request = tuple[str, str]  # method and path with its query
Change = Callable[[Request, dict[str, str], bytes], bytes]
CUT = "cut"  # in place of a refusal: half of the answer's body, then the connection ends
XML = (
    '<?xml version="1.0"?>'
    "<Error><Code>{code}</Code><Message>{code}</Message><RequestId>1</RequestId></Error>"
)


@dataclass
class Proxy:
    """What passes.

    Attributes:
        endpoint: the proxy's address.
        fault: of the number of a request (from 0) and the request: None to let it pass, `CUT`, or a
            status with a code.
        change: of a request, the headers of its answer, which it may change, and its body: the
            body to answer.
        requests: all that came.
    """

    endpoint: str
    fault: Callable[[int, Request], tuple[int, str] | str | None]
    change: Change = lambda request, headers, content: content
    requests: list[Request] = field(default_factory=list)


@contextmanager
def before(
    store: str,
    fault: Callable[[int, Request], tuple[int, str] | str | None] = lambda number, request: None,
    change: Change = lambda request, headers, content: content,
) -> Iterator[Proxy]:
    """A proxy before the store at an address."""

    class Handler(_Handler):
        behind = urlsplit(store).netloc

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Handler.proxy = Proxy(f"http://127.0.0.1:{server.server_port}", fault, change)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield Handler.proxy
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def half() -> Callable[[int, Request], tuple[int, str] | None]:
    """A fault that refuses every other one of the requests for the same thing: half of all, and
    none five times.
    """
    came: Counter[Request] = Counter()

    def fault(number: int, request: Request) -> tuple[int, str] | None:
        came[request] += 1
        return (503, "SlowDown") if came[request] % 2 else None

    return fault


class _Handler(BaseHTTPRequestHandler):
    proxy: Proxy
    behind: str
    protocol_version = "HTTP/1.1"
    lock = threading.Lock()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        request = (self.command, self.path)
        with self.lock:
            fault = self.proxy.fault(len(self.proxy.requests), request)
            self.proxy.requests.append(request)
        if isinstance(fault, tuple):
            self._answer(
                fault[0], {"Content-Type": "application/xml"}, XML.format(code=fault[1]).encode()
            )
            return
        connection = http.client.HTTPConnection(self.behind)
        connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
        for name, value in self.headers.items():
            if name.lower() not in {"connection", "expect"}:
                connection.putheader(name, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        headers = {
            name: value
            for name, value in answer.getheaders()
            if name.lower() != "transfer-encoding"
        }
        content = self.proxy.change(request, headers, content)
        self._answer(answer.status, headers, content, cut=fault == CUT)
        connection.close()

    def _answer(
        self, status: int, headers: dict[str, str], content: bytes, cut: bool = False
    ) -> None:
        self.send_response(status)
        length = headers.pop("Content-Length", str(len(content)))
        for name, value in {**headers, "Content-Length": length}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content[: len(content) // 2] if cut else content)
        if cut:
            self.close_connection = True

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _pass
