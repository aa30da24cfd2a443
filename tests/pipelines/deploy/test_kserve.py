"""A model in KServe, in front of a server that speaks the protocols of KServe's two runtimes."""

import base64
import http.client
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from components.freeze import parity_images, triton_export
from components.shared.model import bundle as bundles
from components.shared.runtime.errors import InputError
from pipelines.deploy import inference_service, kserve, rollout
from pipelines.deploy.cluster import Cluster
from pipelines.deploy.deployment import deploy
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import Manifest
from pipelines.deploy.proof import Proof, prepare
from tests.serving.bundles import SHAPE, write_served_bundle

FORMS = list(inference_service.FORMATS)
FAILURES = ("BlockedByFailedLoad", "InvalidSpec")


class Server(HTTPServer):
    """A server of a bundle's network, which answers in JSON as Triton and TensorFlow Serving do."""

    def __init__(self, model: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.network = onnxruntime.InferenceSession(model)

    def answer(self, path: str, content: Any) -> Any:
        if path == "/v2/models/signatures/infer":
            (tensor,) = content["inputs"]
            assert (tensor["name"], tensor["datatype"]) == ("pixels", "UINT8")
            pixels = np.array(tensor["data"], np.uint8).reshape(tensor["shape"])
            rows = self.network.run(["embeddings"], {"pixels": pixels})[0]
            output = {"name": "embeddings", "shape": rows.shape, "data": rows.ravel().tolist()}
            return {"outputs": [output]}
        if path == "/v1/models/signatures:predict":
            images = [base64.b64decode(each["b64"]) for each in content["instances"]]
            pixels = parity_images.normalise_each(np.array(images, object), SHAPE)
            return {"predictions": self.network.run(["embeddings"], {"pixels": pixels})[0].tolist()}
        return None


class _Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        answer = self.server.answer(self.path, json.loads(content))
        self.send_response(404 if answer is None else 200)
        self.end_headers()
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: Any) -> None:
        pass


class Memory(Cluster):
    """A cluster in memory, whose KServe starts a pod for each manifest that it is given.

    Attributes:
        found: the InferenceService.
        failures: why models cannot be served, by their version: KServe's `transitionStatus`.
        lag: looks at an object until KServe's status is that of the newest manifest.
    """

    def __init__(self, port: int) -> None:
        self._port = port
        self._looks = 0
        self.found: Manifest | None = None
        self.failures: dict[str, str] = {}
        self.lag = 2

    def apply(self, manifest: Manifest) -> Manifest:
        """Keeps the object, with the status that it had before."""
        former = self.found or {}
        metadata = {**manifest["metadata"], "generation": 7}
        self.found = {**manifest, "metadata": metadata, "status": former.get("status", {})}
        self._looks = self.lag
        return self.found

    def find(self, manifest: Manifest) -> Manifest | None:
        """Returns the object."""
        if self.found is not None and self._looks == 0:
            self.settle()
        self._looks = max(self._looks - 1, 0)
        return self.found

    def settle(self) -> None:
        """Brings the status up to date."""
        assert self.found is not None
        self.found = {**self.found, "status": self._status()}

    def _failure(self) -> str | None:
        assert self.found is not None
        address = self.found["spec"]["predictor"]["model"]["storageUri"]
        return self.failures.get(address.split("/")[3])

    def _status(self) -> dict[str, Any]:
        """Returns KServe's status, whose observedGeneration is that of the Deployment below."""
        failure = self._failure()
        ready = {"type": "Ready", "status": str(failure is None)}
        status: dict[str, Any] = {"conditions": [ready], "observedGeneration": 1}
        if failure is not None:
            told = {"message": "no such bucket"}
            status["modelStatus"] = {"transitionStatus": failure, "lastFailureInfo": told}
        return status

    def delete(self, manifest: Manifest) -> None:
        """Forgets the object."""
        self.found = None

    def pods(self, deployment: Manifest) -> list[Manifest]:
        """Returns the pod of the newest manifest, beside one of another that has failed."""
        assert self.found is not None
        pods = [_pod("pod-1", {kserve.MARK: "former"}, is_ready=False)]
        failure = self._failure()
        if failure != "InvalidSpec":
            annotations = self.found["metadata"].get("annotations", {})
            pods.insert(0, _pod("pod-0", annotations, is_ready=failure is None))
        return pods

    def log(self, pod: Manifest, container: str, previous: bool) -> list[str]:
        """Returns nothing."""
        return []

    @contextmanager
    def connected(self, pod: Manifest, port: int) -> Iterator[http.client.HTTPConnection]:
        """Connects to the server."""
        assert (pod["metadata"]["name"], port) == ("pod-0", 8080)
        connection = http.client.HTTPConnection("127.0.0.1", self._port)
        yield connection
        connection.close()


def _pod(name: str, annotations: dict[str, str], is_ready: bool) -> Manifest:
    """Returns a pod whose container has ended where it is not ready."""
    ready = {"type": "Ready", "status": str(is_ready)}
    state = {"waiting": {"reason": "CrashLoopBackOff"}}
    ended = {"name": kserve.CONTAINER, "restartCount": 1, "state": state}
    containers = [] if is_ready else [ended]
    status = {"conditions": [ready], "containerStatuses": containers}
    return {"metadata": {"name": name, "annotations": annotations}, "status": status}


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle with the folders of both formats."""
    folder = write_served_bundle(tmp_path_factory.mktemp("shipped") / "bundle")
    triton_export.write(folder / "embedder.onnx", folder / "triton")
    (folder / "tfserving" / "1").mkdir(parents=True)
    (folder / "tfserving" / "1" / "saved_model.pb").write_bytes(b"graph")
    bundles.write(folder, json.loads((folder / "manifest.json").read_text()))
    return folder


@pytest.fixture(scope="module")
def shipped_proof(shipped: Path, raw: Path) -> Proof:
    return prepare(shipped, raw, 4, 1e-4)


@pytest.fixture(scope="module")
def port(shipped: Path) -> Iterator[int]:
    server = Server(shipped / "triton" / "signatures" / "1" / "model.onnx")
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture
def kserve_cluster(port: int, monkeypatch: pytest.MonkeyPatch) -> Memory:
    monkeypatch.setattr(rollout, "PAUSE", 0.0)
    return Memory(port)


def manifest(form: str, version: str = "a", name: str = "signatures") -> Manifest:
    return inference_service.build(form, f"s3://models/{version}", "bank", name)


@pytest.mark.parametrize("form", FORMS)
def test_the_newest_pod_is_asked_by_the_protocol_of_its_format(
    form: str, kserve_cluster: Memory, shipped_proof: Proof
) -> None:
    figures = deploy(kserve_cluster, [manifest(form)], shipped_proof, 5)
    assert (figures["pods"], figures["images"]) == (1, 4)
    assert figures["max_abs_difference"] <= 1e-5
    assert kserve_cluster.found is not None
    first = kserve_cluster.found["metadata"]["annotations"][kserve.MARK]
    deploy(kserve_cluster, [manifest(form)], shipped_proof, 5)
    assert kserve_cluster.found["metadata"]["annotations"][kserve.MARK] != first


def test_a_model_that_embeds_otherwise_gives_way_to_that_before(
    kserve_cluster: Memory, shipped_proof: Proof
) -> None:
    described = manifest("onnx")
    described["metadata"]["annotations"] = {"serving.kserve.io/deploymentMode": "Standard"}
    deploy(kserve_cluster, [described], shipped_proof, 5)
    assert kserve_cluster.found is not None
    first = dict(kserve_cluster.found["metadata"]["annotations"])
    strict = replace(shipped_proof, tolerance=-1.0)
    with pytest.raises(DeploymentError, match=r"pod pod-0: .*differ.*; the version before is back"):
        deploy(kserve_cluster, [manifest("onnx", "b")], strict, 5)
    assert kserve_cluster.found is not None
    assert kserve_cluster.found["spec"] == described["spec"]
    last = dict(kserve_cluster.found["metadata"]["annotations"])
    assert last.pop(kserve.MARK) != first.pop(kserve.MARK)  # so that its pods are told apart
    assert last == first == described["metadata"]["annotations"]


@pytest.mark.parametrize("failure", FAILURES)
def test_a_failure_of_the_model_before_is_not_that_of_the_new_one(
    failure: str, kserve_cluster: Memory, shipped_proof: Proof
) -> None:
    kserve_cluster.failures["a"] = failure
    kserve_cluster.apply(kserve.renew(manifest("onnx")))
    kserve_cluster.settle()
    deploy(kserve_cluster, [manifest("onnx", "b")], shipped_proof, 5)


@pytest.mark.parametrize("failure", FAILURES)
def test_a_model_that_kserve_cannot_serve_gives_way_at_once_to_that_before(
    failure: str, kserve_cluster: Memory, shipped_proof: Proof
) -> None:
    kserve_cluster.failures["b"] = failure
    deploy(kserve_cluster, [manifest("onnx")], shipped_proof, 5)
    with pytest.raises(DeploymentError, match=r"no such bucket.*; the version before is back"):
        deploy(kserve_cluster, [manifest("onnx", "b")], shipped_proof, 600)
    assert kserve_cluster.found is not None
    assert kserve_cluster.found["spec"] == manifest("onnx")["spec"]


def test_a_first_model_that_kserve_cannot_load_is_deleted_and_the_reason_told(
    kserve_cluster: Memory, shipped_proof: Proof
) -> None:
    kserve_cluster.failures["a"] = "BlockedByFailedLoad"
    with pytest.raises(DeploymentError, match=r"not ready: no such bucket.*Service was deleted"):
        deploy(kserve_cluster, [manifest("onnx")], shipped_proof, 60)
    assert kserve_cluster.found is None


def test_a_server_that_knows_no_such_model_fails_the_proof(
    kserve_cluster: Memory, shipped_proof: Proof
) -> None:
    with pytest.raises(DeploymentError, match="other:predict with 404"):
        deploy(kserve_cluster, [manifest("tensorflow", name="other")], shipped_proof, 5)


@pytest.mark.parametrize(("form", "folder"), [("onnx", "triton"), ("tensorflow", "tfserving")])
def test_a_bundle_without_the_formats_folder_is_refused_before_anything_is_applied(
    form: str, folder: str, kserve_cluster: Memory, proof: Proof
) -> None:
    with pytest.raises(InputError, match=rf"holds no {folder}/.*formats=\[onnx,{folder}\]"):
        deploy(kserve_cluster, [manifest(form)], proof, 5)
    assert kserve_cluster.found is None
