"""A collector of traces: a server that takes OTLP over HTTP."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


class Collector:
    """A collector's spans, as they came by OTLP over HTTP, with their resources' attributes."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.resources: list[dict[str, str]] = []
        self.spans: list[Any] = []

    def take(self, body: bytes) -> None:
        """Takes a request's body."""
        for part in ExportTraceServiceRequest.FromString(body).resource_spans:
            self.resources.append(
                {each.key: each.value.string_value for each in part.resource.attributes}
            )
            for scope in part.scope_spans:
                self.spans += scope.spans

    def children(self, span: Any) -> list[str]:
        """Returns the names of a span's parts."""
        return [one.name for one in self.spans if one.parent_span_id == span.span_id]

    def named(self, name: str) -> Any:
        """Returns the only span of a name."""
        (found,) = [one for one in self.spans if one.name == name]
        return found


@contextmanager
def answering(status: int = 200) -> Iterator[Collector]:
    """Yields a collector that answers with a status."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/traces"
            collector.take(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    collector = Collector(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
