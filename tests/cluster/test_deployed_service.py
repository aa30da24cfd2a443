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

KILLER = """
import os, pathlib
killed = 0
for folder in pathlib.Path("/proc").iterdir():
    try:
        variables = (folder / "environ").read_bytes().split(b"\\0")
    except (OSError, ValueError):
        continue
    if folder.name.isdigit() and b"HOSTNAME={pod}" in variables:
        os.kill(int(folder.name), 9)
        killed += 1
print(killed)
assert killed
"""

BROKEN = """
from components.shared.data import normalise
whole = normalise.normalise_pixels
def mirrored(pixels, spec):
    return whole(pixels[:, ::-1], spec)
normalise.normalise_pixels = mirrored
"""
"""A version of the service whose normalisation is not that of the model."""


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


def people_of(world: World, key: str) -> list[str]:
    """Returns the ids of all people that the service knows."""
    pod = world.admin.pods(deployment(world.rendered("first")))[0]
    with world.admin.connected(pod, 8000) as connection:
        headers = {"Authorization": f"Bearer {key}"}
        ids: list[str] = []
        cursor = ""
        while True:
            connection.request("GET", f"/v1/people?limit=200{cursor}", headers=headers)
            page = json.loads(connection.getresponse().read())
            ids += [person["id"] for person in page["items"]]
            if page["next"] is None:
                return ids
            cursor = f"&cursor={page['next']}"


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


def test_a_pod_that_is_killed_comes_back_and_nobody_who_was_enrolled_is_lost(world: World) -> None:
    bring(world, "first")
    key = key_of(world)
    caller = Caller(world, key, attempts=5, enrols=True)
    victim = world.admin.pods(deployment(world.rendered("first")))[0]
    name = victim["metadata"]["name"]
    root = {"securityContext": {"runAsUser": 0, "privileged": True}}
    killer = f"killer-{secrets.token_hex(3)}"
    script = KILLER.format(pod=name)
    run_pod(world.admin, world.namespace, killer, world.image, script, container=root, hostPID=True)
    finished(world.admin, named("Pod", killer, world.namespace))
    for _ in eventually():
        (state,) = world.admin.find(victim)["status"]["containerStatuses"]  # type: ignore[index]
        if state["restartCount"] and state["ready"]:
            break
    assert state["lastState"]["terminated"]["exitCode"] == 137
    told = caller.stop()
    known = people_of(world, key)
    assert len(set(known)) == len(known)
    assert set(told["enrolled"]) <= set(known)
    assert len(told["enrolled"]) > 5


def test_a_version_that_computes_something_else_is_taken_back(world: World) -> None:
    bring(world, "first")
    documents = copy.deepcopy(world.rendered("second"))
    pod = deployment(documents)["spec"]["template"]["spec"]
    (container,) = pod["containers"]
    world.admin.apply(
        named("ConfigMap", "broken", world.namespace, data={"sitecustomize.py": BROKEN})
    )
    pod["volumes"].append(mounted("broken", "configMap"))
    container["volumeMounts"].append({"name": "broken", "mountPath": "/broken"})
    container["env"].append({"name": "PYTHONPATH", "value": "/broken:/app"})
    before = wanted(world.admin, deployment(documents))["spec"]
    with pytest.raises(DeploymentError, match=r"embeddings differ .*; the version before is back"):
        deploy(world.deployer, documents, world.versions["second"], WAIT)
    assert wanted(world.admin, deployment(documents))["spec"] == before
    assert bring(world, "first")["pods"] == 2


def test_a_version_that_does_not_start_is_taken_back_with_its_reason(world: World) -> None:
    bring(world, "first")
    documents = world.rendered("nowhere")
    with pytest.raises(
        DeploymentError, match=r"error: /model/nowhere.*; the version before is back"
    ):
        deploy(world.deployer, documents, world.versions["second"], 40)
    assert bring(world, "first")["pods"] == 2


def test_the_deployer_cannot_read_secrets_nor_leave_its_namespace(world: World) -> None:
    for name, namespace in (("signatures-database", world.namespace), ("settings", "default")):
        kind = "Secret" if namespace == world.namespace else "ConfigMap"
        with pytest.raises(InputError, match="forbidden"):
            world.deployer.find(named(kind, name, namespace))
