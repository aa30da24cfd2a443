"""Requests to the tracking store."""

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from components.shared import relog
from components.shared.model import registered_bundle
from components.shared.runtime.errors import InputError
from components.shared.storage import slow_servers
from components.shared.tracking import mlflow_pages, mlflow_store, store_requests
from components.shared.tracking.record import Record
from components.shared.tracking.store_requests import first_line, transfer, upload_timeout
from pipelines.registry.mlflow_registry import Registry

HEAD = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
REQUESTS: dict[str, Callable[[Path], Any]] = {
    "champion": lambda folder: Registry("signatures").champion(),
    "fetch": lambda folder: registered_bundle.fetch("models:/signatures/1", folder / "out"),
    "relog": lambda folder: relog.relog([folder]),
    "pages": lambda folder: mlflow_pages.runs("http://localhost"),
}


@pytest.fixture
def trickling(client: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The tracking store is a server that sends a byte now and then."""

    def answer(connection: socket.socket) -> None:
        with connection, suppress(OSError):  # the client has hung up
            connection.sendall(HEAD)
            while True:
                time.sleep(0.05)
                connection.sendall(b" ")

    def serve() -> None:
        with suppress(OSError):  # closed below
            while True:
                connection, _ = listening.accept()
                threading.Thread(target=answer, args=[connection], daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listening:
        threading.Thread(target=serve, daemon=True).start()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        mlflow_store.connect()
        yield


@pytest.mark.parametrize("ask", REQUESTS.values(), ids=REQUESTS)
def test_a_store_whose_answer_trickles_is_given_up_by_every_command(
    ask: Callable[[Path], Any], trickling: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_requests, "SECONDS", 0.3)
    Record().write(tmp_path)
    with pytest.raises(InputError, match=r"cannot be used: no answer for 0\.3 s"):
        ask(tmp_path)


def test_a_transfer_has_the_time_of_its_size(
    trickling: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store_requests, "UPLOAD_SECONDS", "0")
    monkeypatch.setattr(slow_servers, "RATE", 1000)
    forever, at_once = threading.Event(), threading.Event()
    at_once.set()
    with pytest.raises(TimeoutError, match=r"no answer for 0\.3 s"):
        transfer(lambda: forever.wait(60), 300)
    assert transfer(lambda: at_once.wait(60), 60_000)


def test_an_error_without_a_text_is_told_by_its_kind() -> None:
    assert first_line(TimeoutError()) == "TimeoutError"
    assert first_line(ValueError("x" * 300 + "\nmore")) == "x" * 200


@pytest.mark.parametrize("before", [None, "4"])
def test_an_upload_has_more_time_and_only_an_upload(
    before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = "MLFLOW_HTTP_REQUEST_TIMEOUT"
    monkeypatch.delenv(name, raising=False)
    if before is not None:
        monkeypatch.setenv(name, before)
    with upload_timeout():
        assert os.environ[name] == "120"
    assert os.environ.get(name) == before
