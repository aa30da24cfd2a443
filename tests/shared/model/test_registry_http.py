"""Bundles of a registry that is asked over HTTP: by a real server, and by servers that lie."""

import json
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import parse_qs, urlparse
from urllib.request import urlopen

import pytest

from components.shared.model import registry_http
from components.shared.runtime.errors import InputError
from components.shared.storage import slow_servers
from components.shared.storage.files import manifest
from components.shared.tracking import mlflow_store
from tests.bundles import write_bundle

CHAMPION = "models:/signatures@champion"
Answers = Callable[[str, dict[str, str]], tuple[int, bytes | Iterator[bytes]]]


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[Answers], list[Any]]]:
    """Starts a server that answers by a function, and returns the headers of what it is asked."""
    servers = []

    def start(answers: Answers) -> list[Any]:
        asked: list[Any] = []

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.headers)
                place = urlparse(self.path)
                query = {name: values[0] for name, values in parse_qs(place.query).items()}
                status, body = answers(place.path, query)
                self.send_response(status)
                if status == 302 and isinstance(body, bytes):
                    self.send_header("Location", body.decode())
                self.end_headers()
                with suppress(OSError):  # the client has hung up
                    for part in [body] if isinstance(body, bytes) else body:
                        self.wfile.write(part)

            def log_message(self, *_: object) -> None:
                """Says nothing."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        servers.append(server)
        address = f"http://127.0.0.1:{server.server_port}"
        monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
        return asked

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def registry(folder: Path, names: list[str] | None = None) -> Answers:
    """Answers as MLflow does, with the files of a folder."""
    known = [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]

    def answers(path: str, query: dict[str, str]) -> tuple[int, bytes]:
        if path.endswith("/registered-models/alias"):
            if query["alias"] != "champion":
                return 404, b"{}"
            return 200, json.dumps({"model_version": {"run_id": "run"}}).encode()
        if path.endswith("/artifacts/list"):
            listed = [{"path": f"bundle/{name}"} for name in names or known]
            return 200, json.dumps({"files": listed}).encode()
        return 200, (folder / query["path"].removeprefix("bundle/")).read_bytes()

    return answers


def test_a_bundle_is_fetched_whole(serve: Any, tmp_path: Path) -> None:
    frozen = write_bundle(tmp_path / "frozen")
    serve(registry(frozen))
    registry_http.fetch(CHAMPION, tmp_path / "out")
    assert manifest(tmp_path / "out") == manifest(frozen)


@pytest.mark.parametrize(
    ("variables", "header"),
    [
        ({"USERNAME": "ada", "PASSWORD": "secret"}, "Basic YWRhOnNlY3JldA=="),
        ({"TOKEN": "secret"}, "Bearer secret"),
        ({}, None),
    ],
)
def test_it_signs_in_as_mlflow_does(
    serve: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    variables: dict[str, str],
    header: str | None,
) -> None:
    for name in ("USERNAME", "PASSWORD", "TOKEN"):
        monkeypatch.delenv(f"MLFLOW_TRACKING_{name}", raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(f"MLFLOW_TRACKING_{name}", value)
    asked = serve(registry(write_bundle(tmp_path / "frozen")))
    registry_http.fetch(CHAMPION, tmp_path / "out")
    assert {headers["Authorization"] for headers in asked} == {header}


def test_it_signs_in_as_the_address_says(
    serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = serve(registry(write_bundle(tmp_path / "frozen")))
    address = os.environ["MLFLOW_TRACKING_URI"]
    monkeypatch.setenv("MLFLOW_TRACKING_URI", address.replace("//", "//ada:s%65cret@"))
    registry_http.fetch(CHAMPION, tmp_path / "out")
    assert {headers["Authorization"] for headers in asked} == {"Basic YWRhOnNlY3JldA=="}


def test_no_password_follows_a_redirect(
    serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "secret")
    elsewhere = serve(lambda path, query: (200, b"{}"))
    target = os.environ["MLFLOW_TRACKING_URI"]
    serve(lambda path, query: (302, target.encode()))
    with pytest.raises(InputError, match="answers 302"):
        registry_http.fetch(CHAMPION, tmp_path / "out")
    assert elsewhere == []


@pytest.mark.parametrize("name", ["../../x", "a/../../../x", ".."])
def test_a_file_that_leads_elsewhere_is_refused(serve: Any, tmp_path: Path, name: str) -> None:
    serve(registry(write_bundle(tmp_path / "frozen"), [name]))
    with pytest.raises(InputError, match="leads elsewhere"):
        registry_http.fetch(CHAMPION, tmp_path / "deep" / "out")
    assert not (tmp_path / "x").exists()
    assert not (tmp_path / "deep" / "out").exists()


def test_a_changed_file_is_refused_and_nothing_is_left(serve: Any, tmp_path: Path) -> None:
    frozen = write_bundle(tmp_path / "frozen")
    serve(registry(frozen))
    changed = next(path for path in frozen.rglob("*.pb"))
    changed.write_bytes(b"other")
    with pytest.raises(InputError):
        registry_http.fetch(CHAMPION, tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("address", "message"),
    [
        ("models:/signatures", "write models:/<name>@<alias>"),
        ("models:/signatures@other", "has no such version"),
    ],
)
def test_what_is_not_there_is_told(serve: Any, tmp_path: Path, address: str, message: str) -> None:
    serve(registry(write_bundle(tmp_path / "frozen")))
    with pytest.raises(InputError, match=message):
        registry_http.fetch(address, tmp_path / "out")


@pytest.mark.parametrize("answer", [(500, b""), (200, b"<html>"), (403, b"")])
def test_another_server_is_told_in_one_line_without_a_password(
    serve: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    answer: tuple[int, bytes],
) -> None:
    serve(lambda path, query: answer)
    monkeypatch.setenv("MLFLOW_TRACKING_PASSWORD", "secret")
    with pytest.raises(InputError, match="cannot be used") as caught:
        registry_http.fetch(CHAMPION, tmp_path / "out")
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("place", ["alias", "list", "get-artifact"])
def test_a_server_whose_answer_trickles_is_given_up(
    serve: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    monkeypatch.setattr(slow_servers, "SECONDS", 0.1)
    honest = registry(write_bundle(tmp_path / "frozen"))

    def answers(path: str, query: dict[str, str]) -> tuple[int, bytes | Iterator[bytes]]:
        status, body = honest(path, query)
        assert isinstance(body, bytes)
        return status, trickle(body) if path.endswith(place) else body

    serve(answers)
    with pytest.raises(InputError, match="cannot be used: less than 4096 bytes a second"):
        registry_http.fetch(CHAMPION, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def trickle(body: bytes) -> Iterator[bytes]:
    """Yields an answer of which the last byte takes a minute."""
    yield body[:-1]
    for _ in range(6000):
        time.sleep(0.01)
        yield b" "
    yield body[-1:]


def test_a_server_that_is_not_there_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    assert registry_http.is_usable()
    with pytest.raises(InputError, match="cannot be used"):
        registry_http.fetch(CHAMPION, tmp_path / "out")


@pytest.mark.slow
def test_mlflows_own_server_is_understood(
    client: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    frozen = write_bundle(tmp_path / "frozen")
    run = client.create_run(mlflow_store.experiment_id(client)).info
    client.log_artifacts(run.run_id, str(frozen), "bundle")
    client.create_registered_model("signatures")
    version = client.create_model_version("signatures", f"runs:/{run.run_id}/x", run.run_id)
    client.set_registered_model_alias("signatures", "champion", version.version)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    store = os.environ["MLFLOW_TRACKING_URI"]
    address = f"http://127.0.0.1:{port}"
    line = [sys.executable, "-m", "mlflow", "server", "--backend-store-uri", store]
    with subprocess.Popen(
        [*line, "--host", "127.0.0.1", "--port", str(port), "--workers", "1"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as server:
        try:
            _wait(f"{address}/health")
            monkeypatch.setenv("MLFLOW_TRACKING_URI", address)
            for name in (CHAMPION, "models:/signatures/1"):
                registry_http.fetch(name, tmp_path / "out")
                assert manifest(tmp_path / "out") == manifest(frozen)
                shutil.rmtree(tmp_path / "out")
            with pytest.raises(InputError, match="has no such version"):
                registry_http.fetch("models:/signatures@other", tmp_path / "out")
        finally:
            os.killpg(server.pid, 9)


def _wait(address: str) -> None:
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=5):
                return
        except (URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    raise AssertionError("the server did not start")
