"""Objects of a cluster, and pods that run a script once."""

import time
from collections.abc import Iterator
from typing import Any

from pipelines.deploy.cluster import Cluster
from pipelines.deploy.manifests import Manifest

WAIT = 240.0
"""Seconds, more than a busy machine needs for anything."""
USER = {"runAsUser": 10001, "runAsGroup": 10001, "fsGroup": 10001}


def named(kind: str, name: str, namespace: str, version: str = "v1", **content: Any) -> Manifest:
    metadata = {"name": name, "namespace": namespace}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **content}


def claim(name: str, namespace: str) -> Manifest:
    resources = {"requests": {"storage": "1Gi"}}
    spec = {"accessModes": ["ReadWriteOnce"], "resources": resources}
    return named("PersistentVolumeClaim", name, namespace, spec=spec)


def mounted(name: str, kind: str) -> dict[str, Any]:
    source = {"claimName": name} if kind == "persistentVolumeClaim" else {"name": name}
    return {"name": name, kind: source}


def run_pod(
    admin: Cluster,
    namespace: str,
    name: str,
    image: str,
    script: str,
    volumes: list[dict[str, Any]] | None = None,
    **spec: Any,
) -> Manifest:
    """Starts a pod that runs a Python script once, with volumes below their names."""
    mounts = [{"name": one["name"], "mountPath": f"/{one['name']}"} for one in volumes or []]
    container = {
        "name": "script",
        "image": image,
        "command": ["python", "-c", script],
        "volumeMounts": mounts,
        **spec.pop("container", {}),
    }
    pod = {
        "restartPolicy": "Never",
        "securityContext": USER,
        "containers": [container],
        "volumes": volumes or [],
        **spec,
    }
    return admin.apply(named("Pod", name, namespace, spec=pod))


def finished(admin: Cluster, pod: Manifest) -> list[str]:
    """Waits until a pod's script has ended well, and returns its last lines."""
    for _ in eventually():
        phase = (admin.find(pod) or {}).get("status", {}).get("phase")
        if phase == "Succeeded":
            return admin.log(pod, "script", previous=False)
        assert phase != "Failed", admin.log(pod, "script", previous=False)
    raise AssertionError(f"{pod['metadata']['name']} did not end: {admin.find(pod)}")


def eventually() -> Iterator[None]:
    """Yields again and again, until it takes too long."""
    end = time.monotonic() + WAIT
    while time.monotonic() < end:
        yield
        time.sleep(0.5)
