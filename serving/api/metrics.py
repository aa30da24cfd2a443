"""Figures for Prometheus, in a registry of the service's own."""

from collections.abc import Callable, Iterator

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
EVIDENCE = (-6.0, -4.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.5, 1.0, 2.0, 3.0, 4.0, 6.0)
MEDIA_TYPE = CONTENT_TYPE_LATEST


class Metrics:
    """The figures of a service. No label holds anything about a person."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "serving_requests",
            "Answered requests.",
            ("method", "route", "status"),
            registry=self.registry,
        )
        self.seconds = Histogram(
            "serving_request_seconds",
            "Seconds from a request's head to the end of its answer.",
            ("method", "route"),
            buckets=SECONDS,
            registry=self.registry,
        )
        self.decisions = Counter(
            "serving_decisions",
            "Decisions, by kind (verify, identify) and outcome.",
            ("kind", "outcome"),
            registry=self.registry,
        )
        self.evidence = Histogram(
            "serving_evidence",
            "Natural log-likelihood ratios, by kind and outcome.",
            ("kind", "outcome"),
            buckets=EVIDENCE,
            registry=self.registry,
        )
        self.refused = Counter(
            "serving_refused_images", "Images that cannot carry a decision.", registry=self.registry
        )
        self.model = Gauge(
            "serving_model",
            "1 for the model that answers.",
            ("version", "space"),
            registry=self.registry,
        )

    def watch(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        """Adds a figure that is read when it is asked for."""
        self.registry.register(_Live(name, meaning, value))

    def decided(self, kind: str, outcome: str, llr: float | None) -> None:
        """Counts a decision and its evidence (None: it has none)."""
        self.decisions.labels(kind, outcome).inc()
        if llr is not None:
            self.evidence.labels(kind, outcome).observe(llr)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Counts an answer; `route` is the path's pattern, without ids."""
        self.requests.labels(method, route, str(status)).inc()
        self.seconds.labels(method, route).observe(seconds)

    def text(self) -> bytes:
        """Returns all figures in Prometheus' format."""
        return generate_latest(self.registry)


class _Live(Collector):
    def __init__(self, name: str, meaning: str, value: Callable[[], float]) -> None:
        self._name, self._meaning, self._value = name, meaning, value

    def collect(self) -> Iterator[Metric]:
        """Yields the figure as it is now."""
        yield GaugeMetricFamily(self._name, self._meaning, value=self._value())

    def describe(self) -> Iterator[Metric]:
        """Yields the figure's name, so that none is read at the registration."""
        yield GaugeMetricFamily(self._name, self._meaning)
