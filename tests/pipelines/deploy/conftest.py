"""A service that really answers, behind a cluster that is a few objects in memory."""

import http.client
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from pipelines.deploy.cluster import Cluster
from pipelines.deploy.manifests import Manifest
from pipelines.deploy.proof import Proof, prepare
from serving.engine.model import load
from tests.serving.api.clients import assemble, listening
from tests.serving.bundles import write_served_bundle, write_source
from tests.serving.running import Running

NEVER = "broken"
"""The tag of an image whose pods never get ready."""


def service(tag: str = "1.0", **spec: Any) -> Manifest:
    """Returns the Deployment of a service with an image of a tag."""
    labels = {"app": "signatures"}
    container = {"name": "serve", "image": f"registry.example/serve:{tag}"}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "signatures", "namespace": "bank", "labels": labels},
        "spec": {"selector": {"matchLabels": labels}, "template": template, **spec},
    }


class Memory(Cluster):
    """A cluster in memory, whose one pod is a service that answers on this machine."""

    def __init__(self, running: Running) -> None:
        self._running = running
        self.objects: dict[str, Manifest] = {}
        self.applied: list[Manifest] = []

    def apply(self, manifest: Manifest) -> Manifest:
        """Makes an object; all but those of the tag `NEVER` are ready at once."""
        self.applied.append(manifest)
        self.objects[manifest["kind"]] = {**manifest, "status": self._status(manifest)}
        return self.objects[manifest["kind"]]

    def find(self, manifest: Manifest) -> Manifest | None:
        """Returns an object."""
        return self.objects.get(manifest["kind"])

    def delete(self, manifest: Manifest) -> None:
        """Forgets an object."""
        self.objects.pop(manifest["kind"], None)

    def pods(self, deployment: Manifest) -> list[Manifest]:
        """Returns the one pod."""
        state = {"waiting": {"reason": "ImagePullBackOff", "message": "no such image"}}
        status = {"containerStatuses": [{"name": "serve", "state": state}]}
        namespace = deployment["metadata"]["namespace"]
        return [{"metadata": {"name": "signatures-1", "namespace": namespace}, "status": status}]

    def log(self, pod: Manifest, container: str, previous: bool) -> list[str]:
        """Returns nothing."""
        return []

    def execute(self, pod: Manifest, container: str, command: Sequence[str]) -> str:
        """Creates and revokes keys."""
        keys = self._running.service.store.keys
        if "create" in command:
            assert {"--role", "admin", "--embed"} <= set(command)
            return keys.create("proof", "admin", may_embed=True).plain + "\n"
        keys.revoke(command[-1])
        return ""

    @contextmanager
    def connected(self, pod: Manifest, port: int) -> Iterator[http.client.HTTPConnection]:
        """Connects to the service."""
        connection = http.client.HTTPConnection(self._running.address.removeprefix("http://"))
        yield connection
        connection.close()

    def _status(self, manifest: Manifest) -> dict[str, Any]:
        if manifest["kind"] != "Deployment":
            return {}
        (container,) = manifest["spec"]["template"]["spec"]["containers"]
        if container["image"].endswith(NEVER):
            reason = "ProgressDeadlineExceeded"
            return {"observedGeneration": 1, "conditions": [{"reason": reason}]}
        return {
            "observedGeneration": 1,
            "replicas": 1,
            "updatedReplicas": 1,
            "availableReplicas": 1,
        }


@pytest.fixture(scope="session")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_served_bundle(tmp_path_factory.mktemp("deployed") / "bundle")


@pytest.fixture(scope="session")
def raw(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Source images of a bundle."""
    return write_source(tmp_path_factory.mktemp("raw"), 6)


@pytest.fixture(scope="session")
def served(bundle: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    assembled = assemble(load(bundle), tmp_path_factory.mktemp("served"), port=0)
    with listening(assembled) as port:
        yield Running(assembled, f"http://127.0.0.1:{port}")
    assembled.close()


@pytest.fixture
def cluster(served: Running) -> Memory:
    return Memory(served)


@pytest.fixture(scope="session")
def proof(bundle: Path, raw: Path) -> Proof:
    return prepare(bundle, raw, 4, 1e-4)
