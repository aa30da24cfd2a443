"""A model in KServe: waited for, and asked for its embeddings."""

import base64
import copy
import http.client
import itertools
import json
import secrets
import time
from typing import Any

import numpy as np
from numpy.typing import NDArray

from components.freeze import parity_images
from components.shared.runtime.errors import InputError
from pipelines.deploy import inference_service, rollout, service
from pipelines.deploy.cluster import Cluster
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import Manifest
from pipelines.deploy.proof import Proof

CONTAINER, PORT = "kserve-container", 8080
MARK = "signature-recognition/deployed"
"""The annotation that tells the pods of one deployment; KServe hands it on to them."""


def check(document: Manifest, proof: Proof) -> None:
    """Checks that a bundle can be served as an InferenceService says.

    Raises:
        InputError: the bundle holds no folder for the format.
    """
    wanted = inference_service.format_of(document)
    if f"{wanted.folder}/{wanted.file}" not in proof.bundle.manifest["files"]:
        raise InputError(
            f"{proof.bundle.folder}: holds no {wanted.folder}/, which KServe reads; freeze it "
            f"again with freeze.formats=[onnx,{wanted.folder}]"
        )


def renew(document: Manifest) -> Manifest:
    """Returns an InferenceService whose pods are new ones, even where nothing else changes: those
    before may have been scaled to zero, and nobody could ask them.
    """
    marked = copy.deepcopy(document)
    marked["metadata"].setdefault("annotations", {})[MARK] = secrets.token_hex(8)
    return marked


def wait(cluster: Cluster, applied: Manifest, seconds: float) -> None:
    """Waits until an InferenceService is ready, with pods of this deployment.

    Args:
        cluster: that has it.
        applied: as the cluster had it when it took what `renew` returns: its status is still that
            of the manifest before.
        seconds: the longest time.

    Raises:
        DeploymentError: the time is over, or KServe gives up; with its reason.
        InputError: the cluster does not answer.
    """
    end = time.monotonic() + seconds
    while True:
        found = cluster.find(applied) or {}
        pods = _own_pods(cluster, applied)
        if rollout.is_ready(found) and any(map(rollout.is_ready, pods)):
            return
        if _has_failed(found, applied, pods) or time.monotonic() > end:
            raise DeploymentError(f"it is not ready: {_reason(cluster, found, pods)}")
        time.sleep(rollout.PAUSE)


def prove(cluster: Cluster, document: Manifest, proof: Proof) -> dict[str, float]:
    """Asks every pod of this deployment for the embeddings of images, and compares them.

    Raises:
        DeploymentError: a pod does not answer, or differs by more than the tolerance.
    """
    pods = list(filter(rollout.is_ready, _own_pods(cluster, document)))
    differences: list[float] = []
    for pod in pods:
        try:
            with cluster.connected(pod, PORT) as connection:
                embeddings = ask(connection, document, proof)
            differences.append(proof.difference(embeddings, "onnx"))
        except DeploymentError as error:
            raise DeploymentError(f"pod {pod['metadata']['name']}: {error}") from None
    if not pods:
        raise DeploymentError("its pods are gone before they could be asked")
    figures = {"pods": len(pods), "images": len(proof.images)}
    return {"max_abs_difference": max(differences), **figures}


def ask(
    connection: http.client.HTTPConnection, document: Manifest, proof: Proof
) -> NDArray[np.float32]:
    """Asks a pod for the embeddings of a proof's images, one by one; returns float32 [N, D].

    Raises:
        DeploymentError: it refuses, or does not answer.
    """
    send = _send_pixels if inference_service.format_of(document).protocol == "v2" else _send_bytes
    try:
        rows = [send(connection, document, proof, image) for image in proof.images]
    except (OSError, http.client.HTTPException) as error:
        raise DeploymentError(f"the server does not answer: {error!r}") from None
    return np.array(rows, np.float32)


def _send_pixels(
    connection: http.client.HTTPConnection, document: Manifest, proof: Proof, image: bytes
) -> Any:
    """Sends a normalised image by the Open Inference Protocol."""
    pixels = parity_images.normalise_each(np.array([image], object), proof.bundle.normalisation)
    tensor = {"name": "pixels", "datatype": "UINT8", "shape": list(pixels.shape)}
    sent = {"inputs": [{**tensor, "data": pixels.ravel().tolist()}]}
    path = f"/v2/models/{inference_service.MODEL}/infer"
    answer = _post(connection, path, sent)
    return answer["outputs"][0]["data"]


def _send_bytes(
    connection: http.client.HTTPConnection, document: Manifest, proof: Proof, image: bytes
) -> Any:
    """Sends an encoded image by the protocol of TensorFlow Serving, KServe's V1."""
    sent = {"instances": [{"b64": base64.b64encode(image).decode()}]}
    path = f"/v1/models/{document['metadata']['name']}:predict"
    return _post(connection, path, sent)["predictions"][0]


def _post(connection: http.client.HTTPConnection, path: str, content: dict[str, Any]) -> Any:
    headers = {"Content-Type": "application/json"}
    return service.request(connection, "POST", path, json.dumps(content).encode(), headers)


def _own_pods(cluster: Cluster, document: Manifest) -> list[Manifest]:
    mark = document["metadata"]["annotations"][MARK]
    pods = cluster.pods(document)
    return [pod for pod in pods if pod["metadata"].get("annotations", {}).get(MARK) == mark]


def _has_failed(found: Manifest, applied: Manifest, pods: list[Manifest]) -> bool:
    """Tells whether KServe has given up this deployment, and not the one before."""
    status = _model_status(found)
    if status.get("transitionStatus") == "InvalidSpec":  # for which no pod is started
        return status != _model_status(applied)
    return status.get("transitionStatus") == "BlockedByFailedLoad" and any(map(_has_ended, pods))


def _has_ended(pod: Manifest) -> bool:
    """Tells whether a container of a pod has failed, be it started again or not."""
    status = pod.get("status", {})
    names = ("initContainerStatuses", "containerStatuses")
    containers = itertools.chain.from_iterable(status.get(name, []) for name in names)
    return any(
        one.get("restartCount", 0) > 0 or one.get("state", {}).get("terminated", {}).get("exitCode")
        for one in containers
    )


def _model_status(document: Manifest) -> dict[str, Any]:
    status: dict[str, Any] = document.get("status", {}).get("modelStatus", {})
    return status


def _reason(cluster: Cluster, found: Manifest, pods: list[Manifest]) -> str:
    failure = _model_status(found).get("lastFailureInfo", {}).get("message")
    told = [one.get("message") for one in found.get("status", {}).get("conditions", [])]
    waiting = [pod for pod in pods if not rollout.is_ready(pod)]
    reasons = [rollout.reason(pod, cluster, CONTAINER) for pod in waiting]
    return "; ".join(dict.fromkeys(filter(None, [failure, *told, *reasons]))) or "it says nothing"
