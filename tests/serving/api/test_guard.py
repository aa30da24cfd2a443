"""The guard, on a real server: what a test client of the framework would hide."""

import json
import resource
import socket
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from starlette.testclient import TestClient

from serving.api import exchange
from serving.api.app import create_app
from serving.api.service import Service
from serving.engine.model import ServedModel
from tests.serving.api.clients import Clients, assemble, authorization, enrol, listening, probe

LENGTH = 150_000_000
MAX_BYTES = 200_000
BOUNDARY = "X"
HEAD = (
    b'--X\r\nContent-Disposition: form-data; name="images"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\n"
)


@pytest.fixture
def served(model: ServedModel, tmp_path: Path) -> Iterator[tuple[Service, int]]:
    service = assemble(model, tmp_path, port=0, max_bytes=MAX_BYTES)
    with listening(service) as port:
        yield service, port
    service.close()


class Raw:
    """A connection that says byte by byte what it wants."""

    def __init__(self, port: int, *lines: str, path: str = "/v1/people") -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=20)
        head = [f"POST {path} HTTP/1.1", "Host: localhost", *lines]
        head.append(f"Content-Type: multipart/form-data; boundary={BOUNDARY}")
        self.send("\r\n".join([*head, "", ""]).encode())

    def send(self, content: bytes) -> None:
        self._socket.sendall(content)

    def answer(self) -> bytes:
        """Returns all that comes until the other side closes."""
        parts = []
        try:
            while part := self._socket.recv(65536):
                parts.append(part)
        except ConnectionResetError:
            pass
        return b"".join(parts)

    def close(self) -> None:
        self._socket.close()


@pytest.mark.parametrize(
    "length",
    [f"Content-Length: {LENGTH}", "Transfer-Encoding: chunked", "Content-Length: 70000"],
    ids=["announced", "chunked", "lying"],
)
def test_s1_a_body_without_a_key_is_refused_before_it_is_read(
    served: tuple[Service, int], length: str
) -> None:
    """S1: 64 KiB at most are sent, and the answer comes though no more does."""
    raw = Raw(served[1], length)
    body = HEAD + bytes(65536 - len(HEAD) - 16)
    raw.send(f"{len(body):x}\r\n".encode() + body if "chunked" in length else body)
    answer = raw.answer()
    assert answer.startswith(b"HTTP/1.1 401 ")
    assert b"www-authenticate: bearer" in answer.lower()
    assert b"connection: close" in answer.lower()


def test_s2_a_body_that_is_too_long_is_refused_while_it_comes(
    served: tuple[Service, int], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """S2: announced and chunked, and nothing is left in the temporary folder."""
    service, port = served
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    key = authorization(service, "admin")["Authorization"]
    announced = Raw(port, f"Authorization: {key}", f"Content-Length: {LENGTH}")
    assert announced.answer().startswith(b"HTTP/1.1 413 ")
    chunked = Raw(port, f"Authorization: {key}", "Transfer-Encoding: chunked")
    body = HEAD + bytes(MAX_BYTES)
    chunked.send(f"{len(body):x}\r\n".encode() + body + b"\r\n")
    answer = chunked.answer()
    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"application/problem+json" in answer
    assert list(folder.iterdir()) == []


def test_s2_a_json_body_that_is_too_long_is_refused_too(served: tuple[Service, int]) -> None:
    """S2: where the framework itself reads the body."""
    service, port = served
    lines = (f"Authorization: {authorization(service, 'admin')['Authorization']}",)
    raw = Raw(port, *lines, "Transfer-Encoding: chunked", path="/v1/decisions/x")
    body = bytes(MAX_BYTES + 1)
    raw.send(f"{len(body):x}\r\n".encode() + body + b"\r\n")
    assert raw.answer().startswith(b"HTTP/1.1 413 ")


def test_s2_files_and_fields_are_counted(admin: TestClient) -> None:
    """S2."""
    many = [("images", (f"{number}.png", b"x", "image/png")) for number in range(21)]
    assert admin.post("/v1/people", data={"name": "A"}, files=many).status_code == 400
    fields = {f"field {number}": "x" for number in range(21)}
    assert admin.post("/v1/people", data=fields, files=many[:1]).status_code == 400


def test_s6_a_key_counts_in_a_header_alone_and_ends_at_once(clients: Clients) -> None:
    """S6."""
    service = clients.service
    plain = service.store.keys.create("one", "admin").plain
    assert clients.nobody.get("/v1/people", params={"key": plain}).status_code == 401
    assert clients.nobody.get("/v1/people", headers={"X-API-Key": plain}).status_code == 200
    for key in service.store.keys.list():
        service.store.keys.revoke(key.id)
    assert clients.nobody.get("/v1/people", headers={"X-API-Key": plain}).status_code == 401


def test_s6_a_key_stands_in_no_log_no_figure_and_no_error(
    clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    """S6."""
    caplog.set_level("INFO", "serving")
    admin = clients.of("admin")
    plain = admin.headers["Authorization"].removeprefix("Bearer ")
    admin.get("/v1/people")
    wrong = clients.nobody.get("/v1/people", headers={"X-API-Key": "a wrong key"})
    told = "".join(f"{record.getMessage()} {vars(record)}" for record in caplog.records)
    assert caplog.records
    for text in (told, admin.get("/metrics").text, wrong.text):
        assert plain not in text
        assert "a wrong key" not in text


def test_s7_reading_changes_nothing(admin: TestClient) -> None:
    """S7: no path that changes something answers GET."""
    person = enrol(admin, 1)
    before = admin.get("/v1/people").json()
    for path in ("/v1/verify", "/v1/identify", "/v1/embeddings"):
        assert admin.get(path).status_code == 405
    for method in ("GET", "HEAD", "OPTIONS"):
        admin.request(method, f"/v1/people/{person['id']}/references/{person['references'][0]}")
    assert admin.get("/v1/people").json() == before


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://localhost"])
def test_s8_no_other_page_may_read_unless_it_is_listed(
    model: ServedModel, tmp_path: Path, admin: TestClient, origin: str
) -> None:
    """S8."""
    answer = admin.get("/v1/people", headers={"Origin": origin})
    assert not [name for name in answer.headers if name.startswith("access-control")]
    service = assemble(model, tmp_path / "other", origins=("https://page.example",))
    with TestClient(create_app(service), base_url="http://localhost") as client:
        headers = authorization(service, "admin")
        other = client.get("/v1/people", headers={"Origin": origin, **headers})
        assert "access-control-allow-origin" not in other.headers
        listed = client.get("/v1/people", headers={"Origin": "https://page.example", **headers})
        assert listed.headers["access-control-allow-origin"] == "https://page.example"
        assert "access-control-allow-credentials" not in listed.headers
    service.close()


@pytest.mark.parametrize("host", ["evil.example", "localhost.evil.example", "", "localhost@evil"])
def test_s10_another_host_is_not_served(admin: TestClient, host: str) -> None:
    """S10."""
    answer = admin.get("/v1/people", headers={"Host": host})
    assert answer.status_code == 400
    assert host == "" or host not in answer.text
    assert admin.get("/v1/people", headers={"Host": "LOCALHOST:8000"}).status_code == 200


def test_s10_a_forwarded_address_counts_from_a_trusted_proxy_alone(
    model: ServedModel, tmp_path: Path
) -> None:
    """S10: else the count of wrong keys could be begun anew at will."""
    statuses: dict[tuple[str, ...], int] = {}
    for proxies in ((), ("10.0.0.0/8",), ("127.0.0.1",)):
        service = assemble(model, tmp_path / str(len(statuses)), trusted_proxies=proxies)
        app = create_app(service)
        with TestClient(app, base_url="http://localhost", client=("127.0.0.1", 9)) as client:
            last = 0
            for number in range(21):
                headers = {"X-API-Key": "wrong", "X-Forwarded-For": f"192.0.2.{number}"}
                last = client.get("/v1/people", headers=headers).status_code
            statuses[proxies] = last
        service.close()
    assert list(statuses.values()) == [429, 429, 401]


def test_s11_no_answer_repeats_what_was_sent_or_tells_of_the_code(
    admin: TestClient, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """S11."""
    secret = "Zebrafinch"
    answers = [
        admin.get("/v1/people", params={"limit": secret}),
        admin.get(f"/v1/people/{secret}"),
        admin.get(f"/{secret}"),
        admin.post("/v1/verify", data={secret: secret}, files=probe(1)),
        admin.post("/v1/identify", data={"limit": secret}, files=probe(1)),
        admin.post(f"/v1/decisions/{secret}", json={"decision": secret}),
        admin.post("/v1/decisions/x", content=f'{{"{secret}'),
        admin.patch("/v1/people/x", json={secret: secret, "name": {"a": secret}}),
        admin.post("/v1/people", content=secret, headers={"Content-Type": secret}),
    ]

    def fail(*_: object) -> None:
        raise RuntimeError(f"{secret}: SELECT name FROM person in /srv/serving/store.py")

    monkeypatch.setattr(service.store.people, "search", fail)
    failed = admin.get("/v1/people", headers={"X-Request-ID": "this-one"})
    assert failed.status_code == 500
    assert failed.json()["instance"] == failed.headers["X-Request-ID"] == "this-one"
    for answer in [*answers, failed]:
        assert answer.status_code >= 400
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert secret not in answer.text
        for trace in ("Traceback", "SELECT", ".py", "File"):
            assert trace not in answer.text


def test_s12_wrong_keys_are_slowed_down_and_the_right_one_is_not(
    clients: Clients, caplog: pytest.LogCaptureFixture
) -> None:
    """S12."""
    caplog.set_level("INFO", "serving")
    admin = clients.of("admin")
    statuses = []
    for number in range(21):
        answer = clients.nobody.get("/v1/people", headers={"X-API-Key": f"wrong {number}"})
        statuses.append(answer.status_code)
    assert statuses == [401] * 20 + [429]
    assert int(answer.headers["Retry-After"]) >= 1
    assert any(record.getMessage() == "wrong keys" for record in caplog.records)
    assert admin.get("/v1/people").status_code == 200


def test_a_key_that_asks_too_often_is_told_when_it_may_again(
    model: ServedModel, tmp_path: Path
) -> None:
    service = assemble(model, tmp_path, rates={"key": "2/minute"})
    with TestClient(create_app(service), base_url="http://localhost") as client:
        client.headers.update(authorization(service, "admin"))
        answers = [client.get("/v1/people") for _ in range(3)]
        assert [answer.status_code for answer in answers] == [200, 200, 429]
        left = [answer.headers["RateLimit-Remaining"] for answer in answers]
        assert left == ["1", "0", "0"]
        assert int(answers[2].headers["Retry-After"]) >= 1
        client.headers.update(authorization(service, "admin"))
        assert client.get("/v1/people").status_code == 200
    service.close()


def allow_open_files(count: int) -> None:
    """Raises this process's limit: a connection within it has two files."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != resource.RLIM_INFINITY and soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def test_s23_a_thousand_idle_and_slow_connections_and_lost_clients_hold_nobody_up(
    served: tuple[Service, int],
) -> None:
    """S23."""
    service, port = served
    key = authorization(service, "admin")
    idle, slow = [], []
    allow_open_files(4096)
    for _ in range(1000):
        idle.append(socket.create_connection(("127.0.0.1", port), timeout=20))
    for _ in range(20):
        lines = (f"Authorization: {key['Authorization']}", "Content-Length: 1000")
        raw = Raw(port, *lines)
        raw.send(HEAD)
        slow.append(raw)
    with httpx.Client(base_url=f"http://localhost:{port}", headers=key, timeout=20) as client:
        person = enrol(client, 1)  # type: ignore[arg-type]
        for raw in slow:
            raw.close()
        answer = client.post("/v1/verify", data={"person_id": person["id"]}, files=probe(1))
        assert answer.json()["decision"] == "accept"
        lost = client.get("/metrics").text
        waiting = time.monotonic() + 20
        while 'status="499"' not in lost and time.monotonic() < waiting:
            lost = client.get("/metrics").text
        assert 'status="499"' in lost
        assert 'status="500"' not in lost
    for connection in idle:
        connection.close()


def test_a_body_that_does_not_come_is_not_waited_for(
    served: tuple[Service, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exchange, "BODY_SECONDS", 0.1)
    service, port = served
    key = authorization(service, "admin")["Authorization"]
    raw = Raw(port, f"Authorization: {key}", "Content-Length: 1000")
    raw.send(HEAD)
    assert raw.answer().startswith(b"HTTP/1.1 408 ")


def test_what_is_no_web_request_is_closed(clients: Clients) -> None:
    from starlette.websockets import WebSocketDisconnect

    with pytest.raises(WebSocketDisconnect), clients.nobody.websocket_connect("/v1/people"):
        pass


def test_every_answer_names_its_request_and_hardens_the_browser(admin: TestClient) -> None:
    given = admin.get("/v1/people", headers={"X-Request-ID": "abc-1"})
    assert given.headers["X-Request-ID"] == "abc-1"
    strange = admin.get("/v1/people", headers={"X-Request-ID": "a b\t<script>"})
    assert strange.headers["X-Request-ID"].isalnum()
    for name, value in exchange.HEADERS.items():
        assert given.headers[name] == value
    refused = admin.get("/nothing")
    assert json.loads(refused.text)["instance"] == refused.headers["X-Request-ID"]
