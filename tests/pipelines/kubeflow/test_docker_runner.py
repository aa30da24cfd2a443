"""Mounts and variables of a task's container, and errors of a Docker engine that is missing or
refuses.
"""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from components.shared.runtime.errors import InputError
from pipelines import sections
from pipelines.kubeflow import docker_runner, local_runner, training_pipeline

IMAGE = "signatures:1.0"
SECTIONS = sections.read(Path(__file__).parents[3] / "params.yaml")


class _Engine(BaseHTTPRequestHandler):
    """Has the image, and refuses all that would make a container of it."""

    def do_GET(self) -> None:
        self._answer(*self.answer())

    def do_POST(self) -> None:
        self._answer(500, {"message": "no space left on the engine"})

    def answer(self) -> tuple[int, Any]:
        if self.path.endswith("/version"):
            return 200, {"ApiVersion": "1.44"}
        image = {"Id": "sha256:1", "RepoTags": [IMAGE], "RepoDigests": []}
        if "/images/" in self.path:
            return 200, [image] if "/images/json" in self.path else image
        return 200, {}

    def _answer(self, status: int, content: Any) -> None:
        body = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An engine that refuses, named by the environment, as are folders of the test's own."""
    for name in ("CHECKPOINT_DIR", "TENSORBOARD_DIR"):
        monkeypatch.setenv(name, str(tmp_path / name))
    with ThreadingHTTPServer(("127.0.0.1", 0), _Engine) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{server.server_port}")
        yield
        server.shutdown()
        thread.join()


@pytest.mark.usefixtures("client", "engine")
def test_relative_folders_are_mounted_and_passed_on_by_their_full_paths(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    named = {"CHECKPOINT_DIR": "kept", "TENSORBOARD_DIR": "curves", "CEDAR_DIR": "cedar"}
    (tmp_path / "cedar").mkdir()
    for name, folder in named.items():
        monkeypatch.setenv(name, folder)
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "sqlite:///mlflow.db")
    monkeypatch.setenv("PROGRESS", "quiet")
    monkeypatch.setenv("PROGRESS_OF_OTHERS", "secret")
    arguments = docker_runner.runner(IMAGE, SECTIONS).container_run_args
    full = {name: str(tmp_path / folder) for name, folder in named.items()}
    assert {name: arguments["environment"][name] for name in named} == full
    assert arguments["environment"]["MLFLOW_TRACKING_URI"] == f"sqlite:///{tmp_path}/mlflow.db"
    assert arguments["environment"]["PROGRESS"] == "quiet"
    assert "PROGRESS_OF_OTHERS" not in arguments["environment"]
    mounted = {mount["Source"]: mount["ReadOnly"] for mount in arguments["mounts"]}
    assert {
        full["CHECKPOINT_DIR"]: False,
        full["TENSORBOARD_DIR"]: False,
        str(tmp_path): False,
    }.items() <= mounted.items()
    assert mounted[full["CEDAR_DIR"]] is True
    assert all(Path(path).is_absolute() for path in mounted)


@pytest.mark.usefixtures("client", "engine")
def test_a_folder_that_serves_for_several_things_is_mounted_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CHECKPOINT_DIR", "TENSORBOARD_DIR", "CEDAR_DIR"):
        monkeypatch.setenv(name, str(tmp_path))
    mounts = [
        mount["Source"]
        for mount in docker_runner.runner(IMAGE, SECTIONS).container_run_args["mounts"]
    ]
    assert mounts.count(str(tmp_path)) == 1


@pytest.mark.usefixtures("client", "engine")
def test_an_engine_that_refuses_a_container_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"^Docker: no space left on the engine$"):
        local_runner.run(training_pipeline.build, SECTIONS, tmp_path / "root", IMAGE)


def test_an_engine_that_does_not_answer_is_one_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/docker.sock")
    with pytest.raises(
        InputError, match=r"^Docker: [^\n]+ is its engine running, and may you use it\?$"
    ):
        local_runner.run(training_pipeline.build, SECTIONS, tmp_path / "root", IMAGE)


@pytest.mark.usefixtures("client", "engine")
def test_the_folder_of_a_collection_is_mounted_by_its_full_path(tmp_path: Path) -> None:
    (tmp_path / "scans").mkdir()
    listed = "ingest.source=[{name: a, source: scans}, {name: b, source: sample}]"
    absolute = docker_runner.with_absolute_paths(sections.override(SECTIONS, [listed]))
    assert [each["source"] for each in absolute["ingest"]["source"]] == [
        str(tmp_path / "scans"),
        "sample",
    ]
    mounts = docker_runner.runner(IMAGE, absolute).container_run_args["mounts"]
    assert str(tmp_path / "scans") in {mount["Source"] for mount in mounts}
