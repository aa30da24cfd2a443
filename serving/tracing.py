"""Traces of requests for an OpenTelemetry collector, where the environment names one.

A span tells what was done and how long it took. It has no path, no field and no message of an
error, any of which may repeat what was sent. Without a collector nothing is loaded.
"""

import os
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import TYPE_CHECKING, Any

from components.shared.runtime.errors import InputError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Tracer

ENDPOINTS = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
SERVICE = "signature-recognition"
"""The name that the service has where OTEL_SERVICE_NAME gives no other."""
FAILED = 500


class Traces:
    """The spans of a process; outside `exported` there are none, and they cost nothing."""

    def __init__(self) -> None:
        self._tracer: Tracer | None = None

    @contextmanager
    def exported(self) -> Iterator[None]:
        """Sends the spans of what happens meanwhile, if a collector is named; the last at the end.

        A collector that fails or does not answer is logged, and hurts nobody.

        Raises:
            InputError: a variable of the exporter cannot be used.
        """
        endpoint = next(filter(None, map(os.environ.get, ENDPOINTS)), None)
        if endpoint is None:
            yield
            return
        provider = _provider(endpoint)
        self._tracer = provider.get_tracer("serving")
        try:
            yield
        finally:
            self._tracer = None
            provider.shutdown()

    def span(self, name: str) -> AbstractContextManager[Any]:
        """Returns a span of what is done inside, a part of what is under way in this thread."""
        if self._tracer is None:
            return nullcontext()
        return self._tracer.start_as_current_span(
            name, record_exception=False, set_status_on_exception=False
        )

    def add(self, name: str, seconds: float, **numbers: int) -> None:
        """Adds a span of what has just ended after `seconds`."""
        if self._tracer is not None:
            now = time.time_ns()
            began = now - round(seconds * 1e9)
            self._tracer.start_span(name, start_time=began, attributes=numbers).end(now)

    @contextmanager
    def request(self, traceparent: str | None) -> Iterator[None]:
        """Makes a request's span of what is done inside, a part of its caller's if one is named."""
        if self._tracer is None:
            yield
            return
        from opentelemetry.context import Context
        from opentelemetry.trace import SpanKind
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        headers = {"traceparent": traceparent} if traceparent else {}
        with self._tracer.start_as_current_span(
            "request",
            TraceContextTextMapPropagator().extract(headers, Context()),
            SpanKind.SERVER,
            record_exception=False,
            set_status_on_exception=False,
        ):
            yield

    def answered(self, method: str, route: str, status: int) -> dict[str, Any]:
        """Names the request's span, and returns the id of its trace for the log."""
        if self._tracer is None:
            return {}
        from opentelemetry.trace import StatusCode, format_trace_id, get_current_span

        span = get_current_span()
        trace_id = span.get_span_context().trace_id
        if not trace_id:  # a request that is not traced
            return {}
        span.update_name(f"{method} {route}")
        span.set_attribute("http.request.method", method)
        span.set_attribute("http.route", route)
        span.set_attribute("http.response.status_code", status)
        if status >= FAILED:
            span.set_status(StatusCode.ERROR)
        return {"trace_id": format_trace_id(trace_id)}


traces = Traces()


def _provider(endpoint: str) -> "TracerProvider":
    """Returns what sends spans in batches, by a thread of its own."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import SERVICE_NAME, OTELResourceDetector, Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    if not endpoint.startswith(("http://", "https://")):
        raise InputError(f"{' or '.join(ENDPOINTS)}: an address is http://host:4318 or https://…")
    resource = Resource({SERVICE_NAME: SERVICE}).merge(OTELResourceDetector().detect())
    try:
        provider = TracerProvider(resource=resource, shutdown_on_exit=False)
        provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    except ValueError as error:
        raise InputError(f"OTEL_*: {error}") from None
    return provider
