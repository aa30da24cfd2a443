"""The rollout of a Deployment: waited for, explained where it fails, and taken back."""

import time
from collections.abc import Mapping
from typing import Any

from pipelines.deploy.cluster import Cluster
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import CONTAINER, Manifest

PAUSE = 1.0
"""Seconds between two looks at a rollout."""
OF_OTHERS = {
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
}
"""Annotations that kubectl and Kubernetes keep for themselves."""


def wait(cluster: Cluster, deployment: Manifest, seconds: float) -> None:
    """Waits until a Deployment's pods are all of its newest version, and ready.

    Args:
        cluster: that has it.
        deployment: its manifest.
        seconds: the longest time.

    Raises:
        DeploymentError: the time is over, or the Deployment's own; with the pods' reasons.
        InputError: the cluster does not answer.
    """
    end = time.monotonic() + seconds
    while True:
        found = cluster.find(deployment) or {}
        if is_done(found):
            return
        if has_failed(found) or time.monotonic() > end:
            pods = cluster.pods(deployment)
            reasons = [reason(pod, cluster) for pod in pods if not is_ready(pod)]
            told = "; ".join(dict.fromkeys(reasons)) or "there are no pods"
            raise DeploymentError(f"the new pods are not ready: {told}")
        time.sleep(PAUSE)


def is_done(deployment: Mapping[str, Any]) -> bool:
    """Tells whether all pods are of the newest version and ready, and no other is left."""
    status = deployment.get("status", {})
    generation = deployment.get("metadata", {}).get("generation", 0)
    wanted = deployment.get("spec", {}).get("replicas", 1)
    names = ("replicas", "updatedReplicas", "availableReplicas")
    counts = {status.get(name, 0) for name in names}
    return status.get("observedGeneration", -1) >= generation and counts == {wanted}


def has_failed(deployment: Mapping[str, Any]) -> bool:
    """Tells whether the Deployment's own time for progress is over."""
    status = deployment.get("status", {})
    generation = deployment.get("metadata", {}).get("generation", 0)
    reasons = [one.get("reason") for one in status.get("conditions", [])]
    is_known = status.get("observedGeneration", -1) >= generation
    return is_known and "ProgressDeadlineExceeded" in reasons


def is_ready(pod: Mapping[str, Any]) -> bool:
    """Tells whether a pod is ready."""
    conditions = pod.get("status", {}).get("conditions", [])
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def reason(pod: Mapping[str, Any], cluster: Cluster, container: str = CONTAINER) -> str:
    """Returns why a pod is not ready, as far as it tells: its state, and its last line."""
    status, name = pod.get("status", {}), pod["metadata"]["name"]
    states = [one for one in status.get("containerStatuses", []) if one["name"] == container]
    if not states:
        told = [one.get("message") for one in status.get("conditions", [])]
        return f"pod {name}: {next(filter(None, told), status.get('phase', 'unknown'))}"
    waiting = states[0].get("state", {}).get("waiting", {})
    has_ended = states[0].get("restartCount", 0) > 0
    lines = cluster.log(dict(pod), container, previous=has_ended)
    parts = [waiting.get("reason", "runs, but is not ready"), *lines[-1:]]
    if not lines and waiting.get("message"):
        parts.append(waiting["message"])
    return f"pod {name}: {': '.join(parts)}"


def restored(former: Manifest, applied: Manifest) -> Manifest:
    """Returns the manifest that takes a Deployment back to what it was.

    Args:
        former: as it was in the cluster.
        applied: the manifest that replaced it; replicas that it leaves to others stay theirs.
    """
    spec = dict(former["spec"])
    if "replicas" not in applied["spec"]:
        spec.pop("replicas", None)
    metadata = {name: former["metadata"][name] for name in ("name", "namespace")}
    annotations = former["metadata"].get("annotations", {}).items()
    metadata["labels"] = former["metadata"].get("labels", {})
    metadata["annotations"] = {name: text for name, text in annotations if name not in OF_OTHERS}
    return {
        "apiVersion": former["apiVersion"],
        "kind": former["kind"],
        "metadata": metadata,
        "spec": spec,
    }
