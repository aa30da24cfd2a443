"""The connection to a cluster; the rest is tested on a real one, in tests/cluster."""

import json
import tempfile
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
import yaml

from components.shared.runtime.errors import InputError
from pipelines.deploy import cluster
from pipelines.deploy.cluster import Cluster


def test_without_a_cluster_it_says_how_to_name_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", str(tmp_path / "nowhere"))
    monkeypatch.delenv("KUBERNETES_SERVICE_HOST", raising=False)
    with pytest.raises(InputError, match=r"no cluster: .*KUBECONFIG"):
        Cluster()


def write_kubeconfig(path: Path, port: int) -> str:
    content = {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [{"name": "c", "cluster": {"server": f"http://127.0.0.1:{port}"}}],
        "users": [{"name": "u", "user": {}}],
        "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
        "current-context": "x",
    }
    path.write_text(yaml.safe_dump(content))
    return str(path)


class Stalled(BaseHTTPRequestHandler):
    """An API server that knows ConfigMaps, and never answers what is asked of one."""

    ended = threading.Event()
    verbs: ClassVar = ["get", "patch", "delete"]
    answers: ClassVar = {
        "/version": {"gitVersion": "v1.30.0"},
        "/api": {"kind": "APIVersions", "versions": ["v1"]},
        "/apis": {"kind": "APIGroupList", "groups": []},
        "/api/v1": {
            "kind": "APIResourceList",
            "resources": [
                {"name": "configmaps", "kind": "ConfigMap", "namespaced": True, "verbs": verbs}
            ],
        },
    }

    def do_GET(self) -> None:
        if self.path not in self.answers:
            self.ended.wait()
            return
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(self.answers[self.path]).encode())

    do_PATCH = do_GET

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def stalled() -> Iterator[int]:
    """The port of an API server that stalls."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Stalled)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    Stalled.ended.set()
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_manifest_that_is_never_answered_ends_as_signals_are_ignored_meanwhile(
    stalled: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", write_kubeconfig(tmp_path / "config", stalled))
    monkeypatch.setattr(cluster, "TIMEOUT", 1)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))  # the client keeps kinds there
    metadata = {"name": "settings", "namespace": "bank"}
    with pytest.raises(InputError, match="ConfigMap settings: the cluster does not answer"):
        Cluster().apply({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})


def test_a_cluster_that_does_not_answer_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KUBECONFIG", write_kubeconfig(tmp_path / "config", 1))
    with pytest.raises(InputError, match="does not answer"):
        Cluster()
    with pytest.raises(InputError, match=r"no cluster: .*other"):
        Cluster("other")
