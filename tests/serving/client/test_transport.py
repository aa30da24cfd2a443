"""Requests that are repeated, and those that are not."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from serving.client.client import Client
from serving.client.errors import ProblemError, UnreachableError
from serving.client.transport import ATTEMPTS, LONGEST_WAIT
from tests.serving.running import Running

DROP = 0


class Script:
    """Answers in turn, each a status with headers; DROP: the connection breaks."""

    def __init__(self, *answers: tuple[int, dict[str, str]]) -> None:
        self.answers = list(answers)
        self.keys: list[str | None] = []
        self.waits: list[float] = []
        self.address = ""

    @property
    def client(self) -> Client:
        return Client(self.address, "a-key", timeout=20, sleep=self.waits.append)


@contextmanager
def playing(*answers: tuple[int, dict[str, str]]) -> Iterator[Script]:
    """Yields a script that a server at an address follows; its last answer for ever."""
    script = Script(*answers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            script.keys.append(self.headers.get("Idempotency-Key"))
            left = script.answers
            status, headers = left.pop(0) if len(left) > 1 else left[0]
            if status == DROP:
                self.close_connection = True
                return
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b'{"items": [], "next": null}')

        do_POST = do_GET

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    script.address = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("status", [429, 503])
def test_it_asks_again_when_the_service_says_when(status: int) -> None:
    with playing((status, {"Retry-After": "7"}), (status, {"Retry-After": "2"}), (200, {})) as one:
        one.client.verify(b"image")
    assert one.waits == [7.0, 2.0]


def test_it_gives_up_after_some_attempts_and_at_once_where_the_wait_is_long() -> None:
    with playing((503, {"Retry-After": "1"})) as one, pytest.raises(ProblemError) as refused:
        one.client.verify(b"image")
    assert refused.value.status == 503
    assert one.waits == [1.0] * (ATTEMPTS - 1)
    for headers in ({"Retry-After": str(LONGEST_WAIT + 1)}, {"Retry-After": "soon"}, {}):
        with playing((503, headers)) as one, pytest.raises(ProblemError):
            one.client.verify(b"image")
        assert one.waits == []


def test_an_enrolment_whose_connection_broke_comes_again_with_the_same_key() -> None:
    with playing((DROP, {}), (200, {})) as one:
        one.client.enrol("Ada", [b"image"])
    first, second = one.keys
    assert first is not None
    assert first == second


def test_a_decision_whose_connection_broke_is_not_made_twice() -> None:
    with playing((DROP, {}), (200, {})) as one, pytest.raises(UnreachableError):
        one.client.verify(b"image")
    assert len(one.keys) == 1


def test_the_key_follows_no_redirect() -> None:
    with playing((200, {})) as other:
        with playing((302, {"Location": other.address})) as one, pytest.raises(ProblemError):
            list(one.client.people())
        assert other.keys == []


def test_who_does_not_answer_is_told(running: Running) -> None:
    assert running
    client = Client("http://127.0.0.1:9", "a-key", sleep=lambda _: None)
    with pytest.raises(UnreachableError, match=r"127\.0\.0\.1:9 does not answer"):
        client.model()


@pytest.mark.parametrize(
    ("address", "key"),
    [
        ("file:///etc/passwd", "a-key"),
        ("localhost:8000", "a-key"),
        ("http://user:word@host", "a-key"),
        ("http://host", "a\nkey"),
        ("http://host", " "),
    ],
)
def test_other_addresses_and_keys_are_refused(address: str, key: str) -> None:
    with pytest.raises(ValueError, match=r"address|key"):
        Client(address, key)
