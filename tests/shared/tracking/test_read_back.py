"""Stores of artifacts that keep what they are sent, and such as only say so."""

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlparse

import pytest

from components.shared.runtime.errors import InputError
from components.shared.tracking import mlflow_model, mlflow_store
from components.shared.tracking.record import Record
from components.shared.tracking.run import Run
from pipelines.registry.mlflow_registry import Registry
from tests.bundles import write_bundle

ARTIFACTS = "/api/2.0/mlflow-artifacts/artifacts"
Sizes = dict[str, int]
Listing = Callable[[Sizes], Sizes]


class Server(ThreadingHTTPServer):
    """A server of artifacts as MLflow's, which says by a function what it has.

    Attributes:
        asked: the folders that it was asked for.
    """

    def __init__(self, listing: Listing) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.listing, self.asked = listing, list[str]()
        self.sizes: Sizes = {}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.sizes[urlparse(self.path).path.removeprefix(f"{ARTIFACTS}/")] = len(content)
        self._answer({})

    def do_GET(self) -> None:
        folder = parse_qs(urlparse(self.path).query)["path"][0]
        self.server.asked.append(folder)
        found = self.server.listing(self.server.sizes)
        inside = {path.removeprefix(f"{folder}/"): size for path, size in found.items()}
        files = [
            {"path": name, "is_dir": False, "file_size": size}
            for name, size in inside.items()
            if "/" not in name
        ]
        self._answer({"files": files})

    def _answer(self, content: object) -> None:
        body = json.dumps(content).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


def honest(sizes: Sizes) -> Sizes:
    return sizes


def empty(sizes: Sizes) -> Sizes:
    return {}


def cut(sizes: Sizes) -> Sizes:
    return {path: size - 1 for path, size in sizes.items()}


@pytest.fixture
def serve(client: Any) -> Iterator[Callable[[Listing], Server]]:
    """Starts a server that takes the artifacts of the project's experiment."""
    servers: list[Server] = []

    def start(listing: Listing) -> Server:
        servers.append(Server(listing))
        threading.Thread(target=servers[0].serve_forever, daemon=True).start()
        place = f"http://127.0.0.1:{servers[0].server_port}{ARTIFACTS}/x"
        client.create_experiment(mlflow_store.EXPERIMENT, artifact_location=place)
        return servers[0]

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def open_run(client: Any) -> Run:
    return Run(client, client.create_run(mlflow_store.experiment_id(client)).info.run_id)


def test_what_is_there_is_read_back_by_one_listing_of_each_folder(
    serve: Any, client: Any, tmp_path: Path
) -> None:
    server, run = serve(honest), open_run(client)
    (tmp_path / "report" / "plots").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "plots/c.png"):
        (tmp_path / "report" / name).write_text(name)
    run.log_artifacts(tmp_path / "report", "whole")
    for name in ("a.txt", "b.txt"):
        run.log_artifacts(tmp_path / "report" / name, "single")
    run.log_text("é", "single/text.md")
    assert server.asked == []
    run.write(tmp_path)
    run.end("FINISHED")
    assert client.get_run(run.run_id).info.status == "FINISHED"
    assert Record.read(tmp_path).run_id == run.run_id is not None
    assert [folder.partition("artifacts/")[2] for folder in server.asked] == [
        "single",
        "whole",
        "whole/plots",
    ]


@pytest.mark.parametrize(
    ("listing", "said"),
    [
        (empty, "it has taken report/a.txt, but does not have it"),
        (cut, "it has 0 of the 1 bytes of report/a.txt"),
    ],
)
def test_an_upload_that_is_not_there_is_one_warning_and_leaves_a_record_without_a_run(
    serve: Any,
    client: Any,
    tmp_path: Path,
    caplog: pytest.LogCaptureFixture,
    listing: Listing,
    said: str,
) -> None:
    serve(listing)
    run = open_run(client)
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("a")
        run.log_artifacts(tmp_path / name, "report")
    run.write(tmp_path)
    run.end("FINISHED")
    (warning,) = caplog.records
    assert said in warning.getMessage()
    assert Record.read(tmp_path).run_id is None


def test_a_model_that_is_not_there_was_not_logged(
    serve: Any, client: Any, saved_model: Path
) -> None:
    serve(empty)
    with pytest.raises(ConnectionError, match="it has taken MLmodel, but does not have it"):
        mlflow_model.log(saved_model, 2, str(open_run(client).run_id), 0)


def test_a_bundle_that_is_not_there_becomes_no_version(
    serve: Any, client: Any, tmp_path: Path
) -> None:
    from mlflow.entities import LoggedModelOutput

    serve(empty)
    run_id = open_run(client).run_id
    model = client.create_logged_model(mlflow_store.experiment_id(client), "embedder", run_id)
    client.log_outputs(run_id, [LoggedModelOutput(model.model_id, 0)])
    frozen = write_bundle(tmp_path / "frozen")
    Record(run_id=run_id).write(frozen)
    with pytest.raises(InputError, match=r"it has taken bundle/\S+, but does not have it"):
        Registry("signatures").register(frozen)
    assert list(client.search_registered_models()) == []
