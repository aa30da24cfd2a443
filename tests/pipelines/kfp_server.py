"""A small server that answers over HTTP as the API of Kubeflow Pipelines does."""

import itertools
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import yaml

from pipelines.__main__ import main

TOKEN = "token-that-is-good"
ROOT = Path(__file__).parents[2]
FILES = ["--params", str(ROOT / "params.yaml"), "--cluster", str(ROOT / "cluster.yaml")]


class KubeflowServer(ThreadingHTTPServer):
    """A server that keeps its requests, and answers as the attributes say.

    Attributes:
        requests: method, path and body of every request.
        states: what a run is in, question by question, or the status of a failure; the last stays.
        nodes: of Argo's workflow of a run, by the state that the run is in.
        logs: of pods, by name.
        serves_logs: which server does: `api`, or `pages`.
        retried: ids of the runs that were started again.
        multi_user: whether it serves several users.
        pipelines: those that were made, with the namespace of each.
        versions: of pipelines, with the documents of the file that was uploaded.
        says: status and body with which it answers every question from now on, where set.
    """

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.requests: list[tuple[str, str, Any]] = []
        self.states: list[str | int] = ["SUCCEEDED"]
        self.nodes: dict[str, list[dict[str, Any]]] = {}
        self.logs: dict[str, str] = {}
        self.serves_logs = "api"
        self.retried: list[str] = []
        self.multi_user = False
        self.says: tuple[int, str] | None = None
        self.recurring: dict[str, dict[str, Any]] = {}
        self.experiments: list[dict[str, str]] = []
        self.pipelines: list[dict[str, Any]] = []
        self.versions: list[dict[str, Any]] = []
        self.numbers = itertools.count()

    @property
    def host(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def bodies(self, method: str, path: str) -> list[Any]:
        return [body for *request, body in self.requests if request == [method, path]]

    def answer(
        self, method: str, path: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        kind, _, name = path.removeprefix("/apis/v2beta1/").partition("/")
        if kind == "healthz":
            return 200, {"multi_user": self.multi_user}
        if kind == "pipelines":
            return self._answer_of_pipelines(method, name, query, body)
        if kind == "experiments" and method == "GET":
            return 200, {"experiments": named(self.experiments, query)}
        if kind == "experiments":
            self.experiments.append(
                {**body, "experiment_id": f"experiment-{len(self.experiments)}"}
            )
            return 200, self.experiments[-1]
        if kind == "runs" and name.endswith(":retry"):
            self.retried.append(name.removesuffix(":retry"))
            return 200, {}
        if kind == "runs" and method == "POST":
            return 200, {**body, "run_id": "run-1", "state": "PENDING"}
        if kind == "runs" and name == "run-1":
            state = self.states.pop(0) if len(self.states) > 1 else self.states[0]
            if isinstance(state, int):
                return state, {}
            details = {"task_details": self.nodes.get(state, [])}
            run = {"run_id": name, "state": state, "run_details": details}
            if self.versions:
                ids = ("pipeline_id", "pipeline_version_id")
                reference = {name: self.versions[-1][name] for name in ids}
                run["pipeline_version_reference"] = reference
            return 200, run
        if kind == "recurringruns" and method == "POST":
            run_id = f"recurring-{next(self.numbers)}"
            self.recurring[run_id] = {**body, "recurring_run_id": run_id, "status": "ENABLED"}
            return 200, self.recurring[run_id]
        if kind == "recurringruns" and method == "GET":
            return 200, self._page(query)
        if kind == "recurringruns" and name in self.recurring:
            del self.recurring[name]
            return 200, {}
        return 404, {"message": f"{path} is not here"}

    def _answer_of_pipelines(
        self, method: str, rest: str, query: dict[str, list[str]], body: Any
    ) -> tuple[int, Any]:
        if rest == "upload_version":
            self.versions.append(
                {
                    "pipeline_id": query["pipelineid"][0],
                    "pipeline_version_id": f"version-{len(self.versions)}",
                    "display_name": query["name"][0],
                    "documents": body,
                }
            )
            return 200, self.versions[-1]
        if "/versions/" in rest:
            version_id = rest.rpartition("/")[2]
            (found,) = [one for one in self.versions if one["pipeline_version_id"] == version_id]
            pipeline, platform = found["documents"]
            return 200, {"pipeline_spec": {"pipeline_spec": pipeline, "platform_spec": platform}}
        if rest.endswith("/versions"):
            own = [
                one for one in self.versions if one["pipeline_id"] == rest.split("/", maxsplit=1)[0]
            ]
            return 200, {"pipeline_versions": named(own, query)}
        if method == "POST":
            self.pipelines.append({**body, "pipeline_id": f"pipeline-{len(self.pipelines)}"})
            return 200, self.pipelines[-1]
        namespace = query.get("namespace", [None])[0]
        own = [one for one in self.pipelines if one.get("namespace") == namespace]
        return 200, {"pipelines": named(own, query)}

    def _page(self, query: dict[str, list[str]]) -> dict[str, Any]:
        """Gives one recurring run a page: a client that reads one page alone misses some."""
        first = int(query.get("page_token", ["0"])[0] or 0)
        rest = list(self.recurring.values())[first:]
        return {
            "recurringRuns": rest[:1],
            "next_page_token": str(first + 1) if len(rest) > 1 else "",
        }


def named(things: list[dict[str, Any]], query: dict[str, list[str]]) -> list[dict[str, Any]]:
    """Returns those of the name that a request's filter asks for."""
    (predicate,) = json.loads(query["filter"][0])["predicates"]
    assert predicate["key"] == "display_name"
    return [one for one in things if one["display_name"] == predicate["stringValue"]]


@contextmanager
def serving() -> Iterator[KubeflowServer]:
    server = KubeflowServer()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def refused(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Runs a command that must end with one line and exit code 2, and returns the line."""
    with pytest.raises(SystemExit) as stop:
        main(arguments)
    assert stop.value.code == 2
    said = capsys.readouterr()
    (line,) = said.err.splitlines()
    assert line.startswith("error: ")
    assert TOKEN not in said.out + said.err
    return line


class _Handler(BaseHTTPRequestHandler):
    server: KubeflowServer

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def do_DELETE(self) -> None:
        self._answer()

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        length = int(self.headers.get("Content-Length") or 0)
        content = self.rfile.read(length)
        if self.headers.get("Content-Type", "").startswith("multipart/"):
            file = content.partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]
            body: Any = list(yaml.safe_load_all(file))
        else:
            body = json.loads(content) if content else None
        self.server.requests.append((self.command, parts.path, body))
        if self.server.says:
            status, text = self.server.says
        elif self.headers.get("Authorization") != f"Bearer {TOKEN}":
            status, text = (
                401,
                json.dumps({"message": f"{self.headers.get('Authorization')} is not a good token"}),
            )
        else:
            query = parse_qs(parts.query)
            log = self._log(parts.path, query)
            status, answer = log or self.server.answer(self.command, parts.path, query, body)
            text = answer if log else json.dumps(answer)
        self.send_response(status)
        self.send_header(
            "Content-Type", "text/html" if text.startswith("<") else "application/json"
        )
        self.end_headers()
        self.wfile.write(text.encode())

    def _log(self, path: str, query: dict[str, list[str]]) -> tuple[int, str] | None:
        """Answers as the API's server does, or as the one of the pages, which knows no 404."""
        server = self.server
        if path.startswith("/apis/v1alpha1/runs/run-1/nodes/") and server.serves_logs == "api":
            log = server.logs.get(path.split("/")[6])
            return (200, log) if log else (500, "{}")
        if path == "/k8s/pod/logs" and server.serves_logs == "pages":
            assert query["runid"] == ["run-1"]
            log = server.logs.get(query["podname"][0])
            return (200, log) if log else (500, "no such pod")
        if path.startswith(("/apis/v1alpha1", "/k8s")):
            return 200, "<html></html>"
        return None

    def log_message(self, *_: Any) -> None:
        pass
