"""The service on a real cluster: deployed, proven, renewed under requests, killed, taken back."""

import copy
import json
import secrets
from typing import Any

import pytest

from components.shared.runtime.errors import InputError
from pipelines.deploy.cluster import Cluster
from pipelines.deploy.deployment import deploy
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import CONTAINER, Manifest, deployment
from tests.cluster.conftest import World
from tests.cluster.pods import WAIT, eventually, finished, mounted, named, run_pod

CALLER = """
import json, pathlib, sys, time
sys.path.insert(0, "/app")
from serving.client import transport
from serving.client.client import Client
from serving.client.errors import ProblemError, UnreachableError

transport.ATTEMPTS = {attempts}
client = Client("http://signatures", "{key}", timeout=30)
images = [path.read_bytes() for path in sorted(pathlib.Path("/images").glob("*.png"))]
answered, failed, enrolled = 0, [], []
while not pathlib.Path("/tmp/stop").exists():
    try:
        if {enrols}:
            number = len(enrolled)
            person = client.enrol(f"{name} {{number}}", images[:1], once_key=f"{name} {{number}}")
            enrolled.append(person["id"])
        else:
            client.verify(images[0], references=images[1:])
        answered += 1
        if answered == 5:
            pathlib.Path("/tmp/begun").touch()
    except (ProblemError, UnreachableError) as error:
        failed.append(repr(error))
print(json.dumps({{"answered": answered, "failed": failed, "enrolled": enrolled}}))
"""
"""Asks until it is told to stop, over a new connection each time, then says how it went."""


class Caller:
    """A pod in the service's namespace that asks it all the time."""

    def __init__(self, world: World, key: str, attempts: int, enrols: bool = False) -> None:
        self._admin = world.admin
        name = f"caller-{secrets.token_hex(3)}"
        script = CALLER.format(key=key, attempts=attempts, enrols=enrols, name=name)
        volumes = [mounted("images", "configMap")]
        run_pod(world.admin, world.namespace, name, world.image, script, volumes)
        self._pod = named("Pod", name, world.namespace)
        for _ in eventually():
            if self._has("/tmp/begun"):
                return
        pytest.fail(f"no requests: {world.admin.log(self._pod, 'script', previous=False)}")

    def stop(self) -> dict[str, Any]:
        """Ends the requests and returns how they went."""
        self._admin.execute(self._pod, "script", ["touch", "/tmp/stop"])
        told: dict[str, Any] = json.loads(finished(self._admin, self._pod)[-1])
        return told

    def _has(self, path: str) -> bool:
        try:
            self._admin.execute(self._pod, "script", ["ls", path])
        except (DeploymentError, InputError):
            return False
        return True


def key_of(world: World) -> str:
    """Returns a new key of the service."""
    pod = world.admin.pods(deployment(world.rendered("first")))[0]
    command = ["python", "-m", "serving", "keys", "create", "--name", "test", "--role", "admin"]
    return world.admin.execute(pod, CONTAINER, command).strip()


def bring(world: World, version: str) -> dict[str, float]:
    return deploy(world.deployer, world.rendered(version), world.versions[version], WAIT)


def wanted(cluster: Cluster, document: Manifest) -> Manifest:
    """Returns an object without what the cluster itself writes to it all the time."""
    found = copy.deepcopy(cluster.find(document))
    assert found is not None
    found.pop("status", None)
    for name in ("resourceVersion", "managedFields"):
        found["metadata"].pop(name, None)
    return found


def test_it_is_deployed_and_proven_and_the_second_time_nothing_changes(world: World) -> None:
    figures = bring(world, "first")
    assert (figures["pods"], figures["images"]) == (2, 4)
    assert figures["max_abs_difference"] < 1e-5
    documents = world.rendered("first")
    first = [wanted(world.admin, document) for document in documents]
    assert bring(world, "first")["pods"] == 2
    assert [wanted(world.admin, document) for document in documents] == first


def test_a_second_version_comes_while_requests_run_and_not_one_fails(world: World) -> None:
    bring(world, "first")
    caller = Caller(world, key_of(world), attempts=1)
    bring(world, "second")
    told = caller.stop()
    assert told["failed"] == []
    assert told["answered"] > 20
