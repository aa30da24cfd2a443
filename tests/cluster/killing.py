"""Containers killed with SIGKILL, and awaited until they are back."""

import secrets
from typing import Any

from pipelines.deploy import rollout
from pipelines.deploy.manifests import Manifest
from tests.cluster.pods import eventually, finished, named, run_pod
from tests.cluster.world import World

SCRIPT = """
import contextlib, os, pathlib, signal

def is_of_container(process):
    try:
        return "{container}" in (process / "cgroup").read_text()
    except OSError:
        return False

processes = list(filter(is_of_container, pathlib.Path("/proc").glob("[0-9]*")))
assert processes, "no process of this container is on this node"
for process in processes:
    with contextlib.suppress(ProcessLookupError):  # they end with the first
        os.kill(int(process.name), signal.SIGKILL)
"""
"""Kills all processes of a container, from outside its namespace: its first process, 1 in there,
gets no such signal from within."""


def kill(world: World, pod: Manifest) -> None:
    """Kills the only container of a pod, from a pod on its node and as its user."""
    (state,) = pod["status"]["containerStatuses"]
    container = state["containerID"].rpartition("/")[2]
    name = f"killer-{secrets.token_hex(3)}"
    run_pod(
        world.admin,
        world.namespace,
        name,
        world.image,
        SCRIPT.format(container=container),
        hostPID=True,
        nodeName=pod["spec"]["nodeName"],
    )
    finished(world.admin, named("Pod", name, world.namespace))


def back(world: World, pod: Manifest) -> dict[str, Any]:
    """Waits until a killed pod is ready again; returns it as it is then."""
    (before,) = pod["status"]["containerStatuses"]
    for _ in eventually():
        found = world.admin.find(named("Pod", pod["metadata"]["name"], world.namespace)) or {}
        (state,) = found["status"]["containerStatuses"]
        if state["restartCount"] > before["restartCount"] and rollout.is_ready(found):
            return found
    raise AssertionError(f"{pod['metadata']['name']} did not come back: {found['status']}")
