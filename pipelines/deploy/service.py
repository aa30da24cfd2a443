"""The service in a pod: a key for the proof alone, and the answers to its images."""

import http.client
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from pipelines.deploy.cluster import Cluster
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import CONTAINER, Manifest

PORT = 8000
KEYS = ("python", "-m", "serving", "keys")
RIGHTS = ("--role", "admin", "--embed", "--expires", "1d")
PREFIX = 8
"""Characters of a key that name it."""
OK = 200


class Answers(NamedTuple):
    """The answers of one pod.

    Attributes:
        version: of the bundle that it serves.
        space: of its embeddings.
        format: of its network.
        embeddings: float32 [N, D].
    """

    version: str
    space: str
    format: str
    embeddings: NDArray[np.float32]


@contextmanager
def temporary_key(cluster: Cluster, pod: Manifest) -> Iterator[str]:
    """Yields a key that may read embeddings, and revokes it."""
    create = [*KEYS, "create", "--name", "proof of a deployment", *RIGHTS]
    key = cluster.execute(pod, CONTAINER, create).strip()
    try:
        yield key
    finally:
        cluster.execute(pod, CONTAINER, [*KEYS, "revoke", key[:PREFIX]])


def ask(connection: http.client.HTTPConnection, key: str, images: Iterable[bytes]) -> Answers:
    """Asks a service for its model and for the embeddings of images, one by one.

    Args:
        connection: to it.
        key: that may read embeddings.
        images: encoded, one at least.

    Raises:
        DeploymentError: it refuses, or does not answer.
    """
    try:
        model = _ask(connection, key, "GET", "/v1/model")
        rows = [_embed(connection, key, image) for image in images]
    except (OSError, http.client.HTTPException) as error:
        raise DeploymentError(f"the service does not answer: {error!r}") from None
    embeddings = np.array(rows, np.float32)
    return Answers(model["version"], model["space"], model["format"], embeddings)


def _embed(connection: http.client.HTTPConnection, key: str, image: bytes) -> list[float]:
    """Sends an image as binary tensor data of the Open Inference Protocol."""
    data = len(image).to_bytes(4, "little") + image
    tensor = {"name": "images", "datatype": "BYTES", "shape": [1]}
    sent = {"inputs": [{**tensor, "parameters": {"binary_data_size": len(data)}}]}
    head = json.dumps(sent).encode()
    headers = {"Inference-Header-Content-Length": str(len(head))}
    path = "/v2/models/signatures/infer"
    answer = _ask(connection, key, "POST", path, head + data, headers)
    values: list[float] = answer["outputs"][0]["data"]
    return values


def _ask(
    connection: http.client.HTTPConnection,
    key: str,
    method: str,
    path: str,
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> Any:
    known = {"Authorization": f"Bearer {key}", "Content-Type": "application/octet-stream"}
    return request(connection, method, path, body, {**known, **(headers or {})})


def request(
    connection: http.client.HTTPConnection,
    method: str,
    path: str,
    body: bytes | None,
    headers: dict[str, str],
) -> Any:
    """Sends a request and returns what the answer's JSON holds.

    Raises:
        DeploymentError: the answer is another than 200.
    """
    connection.request(method, path, body, headers)
    answer = connection.getresponse()
    content = answer.read()
    if answer.status != OK:
        told = content[:300].decode("utf-8", "replace")
        raise DeploymentError(f"the service answers {path} with {answer.status}: {told}")
    return json.loads(content)
