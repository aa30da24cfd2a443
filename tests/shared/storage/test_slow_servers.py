"""Answers that trickle, of a real server on this machine, over HTTP."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress

import pytest
import urllib3

from components.shared.storage import slow_servers

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\n"
BODY = bytes(range(50))


@pytest.fixture
def server() -> Iterator[socket.socket]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening


def answer(listening: socket.socket, at_once: int) -> None:
    """Answers the next request: with some bytes at once, then with one now and then."""

    def run() -> None:
        connection, _ = listening.accept()
        with connection, suppress(OSError):  # the client has hung up
            connection.recv(1 << 16)
            connection.sendall((HEAD + BODY)[:at_once])
            for number in (HEAD + BODY)[at_once:]:
                time.sleep(0.01)
                connection.sendall(bytes([number]))

    threading.Thread(target=run, daemon=True).start()


def read(listening: socket.socket, method: str = "GET") -> bytes:
    manager = urllib3.PoolManager(retries=False, timeout=10)
    manager.pool_classes_by_scheme = slow_servers.watched(manager.pool_classes_by_scheme)
    return manager.request(method, f"http://127.0.0.1:{listening.getsockname()[1]}/").data


@pytest.mark.parametrize("at_once", [0, len(HEAD)])
def test_an_answer_that_trickles_ends_in_a_timeout(
    server: socket.socket, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_servers, "SECONDS", 0.1)
    answer(server, at_once)
    with pytest.raises(urllib3.exceptions.ReadTimeoutError):
        read(server)


def test_an_answer_may_come_in_pieces_as_long_as_they_are_many_enough(
    server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_servers, "SECONDS", 0.1)
    monkeypatch.setattr(slow_servers, "RATE", 1)
    answer(server, 0)
    assert read(server) == BODY


def test_the_answer_to_a_post_may_take_its_time(
    server: socket.socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slow_servers, "SECONDS", 0.1)
    answer(server, len(HEAD))
    assert read(server, "POST") == BODY
