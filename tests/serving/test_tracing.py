"""Traces, as a collector gets them."""

import json
import logging
import threading
from collections.abc import Callable, Iterator

import pytest
from starlette.testclient import TestClient

from components.shared.runtime.errors import InputError
from serving.api.app import create_app
from serving.api.service import Service
from serving.engine.model import load
from serving.tracing import ENDPOINTS, traces
from tests.serving.api.clients import Clients, assemble, enrol, probe
from tests.serving.bundles import blank, write_served_bundle
from tests.serving.collector import Collector, answering

TRACE, CALLER = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
NAME = "Ada Lovelace"


@pytest.fixture
def collector(named: Callable[[str], None]) -> Iterator[Collector]:
    with answering() as collector:
        named(collector.address)
        yield collector


@pytest.fixture
def named(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Names an address as the collector's, and no proxy on the way to it."""
    for name in ENDPOINTS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NO_PROXY", "*")
    return lambda address: monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", address)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    folder = tmp_path_factory.mktemp("traced")
    service = assemble(load(write_served_bundle(folder / "bundle")), folder)
    yield service
    service.close()


@pytest.fixture
def client(service: Service) -> TestClient:
    nobody = TestClient(create_app(service), base_url="http://localhost")
    return Clients(nobody, service).of("admin")


def test_a_claim_is_a_span_of_its_caller_and_has_its_parts(
    client: TestClient, collector: Collector
) -> None:
    person = enrol(client, 1, name=NAME)
    with traces.exported():
        answer = client.post(
            "/v1/verify",
            data={"person_id": person["id"]},
            files=probe(1),
            headers={"traceparent": f"00-{TRACE}-{CALLER}-01", "tracestate": f"who={NAME}"},
        )
    assert answer.status_code == 200
    request = collector.named("POST /v1/verify")
    assert (request.trace_id.hex(), request.parent_span_id.hex()) == (TRACE, CALLER)
    assert request.kind == request.SPAN_KIND_SERVER
    assert sorted(collector.children(request)) == [
        "decision",
        "journal",
        "network",
        "normalisation",
    ]
    assert collector.children(collector.named("journal")) == ["transaction"]
    assert {span.trace_id.hex() for span in collector.spans} == {TRACE}
    for span in collector.spans:
        assert request.start_time_unix_nano <= span.start_time_unix_nano
        assert span.start_time_unix_nano <= span.end_time_unix_nano
        assert span.end_time_unix_nano <= request.end_time_unix_nano
    assert collector.resources[0]["service.name"] == "signature-recognition"


def test_no_span_holds_anything_personal(client: TestClient, collector: Collector) -> None:
    key = client.headers["Authorization"].partition(" ")[2]
    with traces.exported():
        person = enrol(client, 2, name=f"{NAME} II")
        enrolled = person["references"][0]["id"]
        client.get("/v1/people", params={"query": NAME})
        client.get(f"/v1/people/{person['id']}")
        client.delete(f"/v1/people/{person['id']}/references/{enrolled}")
        client.post("/v1/identify", files=probe(2))
        client.post("/v1/verify", files={"image": blank()}, data={"person_id": person["id"]})
        client.get("/v1/people", headers={"Authorization": f"Bearer {key}x"})
    kept = {(each.key, str(each.value)) for span in collector.spans for each in span.attributes}
    assert {name for name, _ in kept} == {
        "http.request.method",
        "http.route",
        "http.response.status_code",
        "images",
    }
    sent = " ".join(map(str, collector.spans)) + str(collector.resources)
    for personal in (NAME, person["id"], enrolled, key, "localhost"):
        assert personal not in sent
    assert "search" in {span.name for span in collector.spans}


def test_a_request_has_the_spans_of_its_own_images_in_a_shared_batch(
    client: TestClient, collector: Collector
) -> None:
    answered = []

    def ask() -> None:
        answered.append(client.post("/v1/identify", files=probe(1)).status_code)

    with traces.exported():
        threads = [threading.Thread(target=ask) for _ in range(6)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert answered == [200] * 6
    requests = [span for span in collector.spans if span.name == "POST /v1/identify"]
    assert len({span.trace_id for span in requests}) == 6
    for request in requests:
        parts = collector.children(request)
        assert (parts.count("normalisation"), parts.count("network")) == (1, 1)


def test_a_failure_is_an_error_and_its_message_is_not_told(
    service: Service, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError(NAME)

    monkeypatch.setattr(service.store.people, "search", fail)
    nobody = TestClient(
        create_app(service), base_url="http://localhost", raise_server_exceptions=False
    )
    with traces.exported():
        answer = Clients(nobody, service).of("admin").get("/v1/people")
    assert answer.status_code == 500
    request = collector.named("GET /v1/people")
    assert request.status.code == request.status.STATUS_CODE_ERROR
    assert NAME not in str(collector.spans)


def test_the_log_names_the_trace_of_a_request_and_probes_have_none(
    client: TestClient, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    with traces.exported(), caplog.at_level(logging.INFO, "serving"):
        client.get("/v1/people")
        client.get("/livez")
    (span,) = collector.spans
    told = [getattr(record, "fields", {}) for record in caplog.records]
    lines = {line["route"]: line.get("trace_id") for line in told if "route" in line}
    assert lines == {"/v1/people": span.trace_id.hex(), "/livez": None}


@pytest.mark.parametrize("status", [400, 503])
def test_a_collector_that_fails_hurts_no_answer(
    client: TestClient,
    named: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    status: int,
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    with answering(status) as failing:
        named(failing.address)
        with traces.exported():
            assert client.get("/v1/people").status_code == 200
        assert len(failing.spans) >= 1


def test_a_collector_that_is_not_there_hurts_no_answer(
    client: TestClient, named: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TIMEOUT", "0.1")
    with answering() as gone:
        named(gone.address)
    with traces.exported():
        assert client.get("/v1/people").status_code == 200


def test_without_a_collector_nothing_is_traced(
    client: TestClient, named: Callable[[str], None], caplog: pytest.LogCaptureFixture
) -> None:
    named("")
    with traces.exported(), caplog.at_level(logging.INFO, "serving"):
        assert client.get("/v1/people").status_code == 200
        assert traces.span("decision") is not traces.span("decision")
    assert "trace_id" not in json.dumps([getattr(one, "fields", {}) for one in caplog.records])


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "collector:4318"),
        ("OTEL_BSP_MAX_QUEUE_SIZE", "0"),
    ],
)
def test_a_variable_that_cannot_be_used_is_said(
    named: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    named("http://localhost:4318")
    monkeypatch.setenv(variable, value)
    with pytest.raises(InputError, match="OTEL_"), traces.exported():
        pass
