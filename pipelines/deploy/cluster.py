"""A Kubernetes cluster: manifests applied, objects read, pods asked."""

import http.client
import json
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from components.shared.runtime.errors import InputError
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import Manifest, pod_labels

MANAGER = "signature-recognition-deploy"
"""The owner of the fields that are applied here, as Kubernetes keeps it."""
TIMEOUT = 60
"""Seconds for an answer of the API or of a pod, and for a command in a pod; the client of the API
passes over a number that is not whole.
"""
MISSING = 404


class Cluster:
    """A cluster that the kubeconfig names; in a pod, the one that it runs on."""

    def __init__(self, context: str | None = None) -> None:
        """Connects.

        Args:
            context: of the kubeconfig; None: its current one.

        Raises:
            InputError: there is no such cluster, or it does not answer.
        """
        from kubernetes import client, config, dynamic

        configuration = client.Configuration()
        file = os.environ.get("KUBECONFIG")
        try:
            if file is None and "KUBERNETES_SERVICE_HOST" in os.environ:
                config.load_incluster_config(configuration)
            else:
                config.load_kube_config(file, context, configuration)
        except config.ConfigException as error:
            raise InputError(f"no cluster: {error}; name one by KUBECONFIG") from None
        self._api = client.ApiClient(configuration)
        self._core = client.CoreV1Api(self._api)
        with _translated():
            self._dynamic = dynamic.DynamicClient(self._api)

    def apply(self, manifest: Manifest) -> Manifest:
        """Makes an object as its manifest says, whoever set its fields before.

        Returns:
            The object as the cluster has it then; nothing of it changes the second time.

        Raises:
            InputError: the cluster refuses it, or knows no such kind.
        """
        with _translated(f"{manifest['kind']} {manifest['metadata']['name']}"):
            answer = self._resource(manifest).server_side_apply(
                body=manifest,
                field_manager=MANAGER,
                force_conflicts=True,
                _request_timeout=TIMEOUT,
            )
        applied: Manifest = answer.to_dict()
        return applied

    def find(self, manifest: Manifest) -> Manifest | None:
        """Returns the object of a manifest's kind and name as it is now; None: there is none."""
        from kubernetes.client import ApiException

        metadata = manifest["metadata"]
        with _translated(f"{manifest['kind']} {metadata['name']}"):
            try:
                found = self._resource(manifest).get(
                    metadata["name"], metadata["namespace"], _request_timeout=TIMEOUT
                )
            except ApiException as error:
                if error.status != MISSING:
                    raise
                return None
        content: Manifest = found.to_dict()
        return content

    def delete(self, manifest: Manifest) -> None:
        """Deletes an object with all that it owns, where it is there."""
        if self.find(manifest) is None:
            return
        metadata = manifest["metadata"]
        with _translated(f"{manifest['kind']} {metadata['name']}"):
            self._resource(manifest).delete(
                metadata["name"],
                metadata["namespace"],
                propagation_policy="Background",
                _request_timeout=TIMEOUT,
            )

    def pods(self, deployment: Manifest) -> list[Manifest]:
        """Returns the pods of a Deployment or InferenceService but for those that end."""
        labels = pod_labels(deployment).items()
        selector = ",".join(f"{name}={value}" for name, value in labels)
        with _translated("pods"):
            listed = self._core.list_namespaced_pod(
                deployment["metadata"]["namespace"],
                label_selector=selector,
                _request_timeout=TIMEOUT,
            )
        pods: list[Manifest] = self._api.sanitize_for_serialization(listed)["items"]
        return [pod for pod in pods if "deletionTimestamp" not in pod["metadata"]]

    def log(self, pod: Manifest, container: str, previous: bool) -> list[str]:
        """Returns the last lines that a container wrote; none where they cannot be had.

        Args:
            pod: of the container.
            container: its name.
            previous: whether that which ended before the present one is meant.
        """
        from kubernetes.client import ApiException

        metadata = pod["metadata"]
        try:
            answer = self._core.read_namespaced_pod_log(
                metadata["name"],
                metadata["namespace"],
                container=container,
                previous=previous,
                tail_lines=3,
                _preload_content=False,  # a line of JSON would come back as Python's
            )
        except ApiException:
            return []
        text: str = answer.data.decode("utf-8", "replace")
        return text.strip().splitlines()

    def execute(self, pod: Manifest, container: str, command: Sequence[str]) -> str:
        """Runs a command in a container and returns its output.

        Raises:
            DeploymentError: it failed.
        """
        from kubernetes.stream import stream

        metadata = pod["metadata"]
        with _translated(f"a command in pod {metadata['name']}"):
            running = stream(
                self._core.connect_get_namespaced_pod_exec,
                metadata["name"],
                metadata["namespace"],
                container=container,
                command=list(command),
                stdout=True,
                stderr=True,
                stdin=False,
                tty=False,
                _preload_content=False,
            )
            running.run_forever(timeout=TIMEOUT)
        output, faults = running.read_stdout(), running.read_stderr()
        status = None if running.is_open() else running.returncode
        running.close()
        if status != 0:
            reason = (faults.strip() or "no answer").splitlines()[-1]
            raise DeploymentError(f"pod {metadata['name']}: {' '.join(command)}: {reason}")
        return str(output)

    @contextmanager
    def connected(self, pod: Manifest, port: int) -> Iterator[http.client.HTTPConnection]:
        """Yields a connection to a port of a pod, through the API server."""
        from kubernetes.stream import portforward

        metadata = pod["metadata"]
        with _translated(f"a connection to pod {metadata['name']}"):
            forward = portforward(
                self._core.connect_get_namespaced_pod_portforward,
                metadata["name"],
                metadata["namespace"],
                ports=str(port),
            )
        connection = http.client.HTTPConnection("localhost")
        connection.sock = forward.socket(port)
        connection.sock.settimeout(TIMEOUT)
        try:
            yield connection
        finally:
            forward.close()

    def _resource(self, manifest: Manifest) -> Any:
        return self._dynamic.resources.get(
            api_version=manifest["apiVersion"], kind=manifest["kind"]
        )


@contextmanager
def _translated(what: str = "the cluster") -> Iterator[None]:
    """Turns errors of the API into an `InputError`."""
    from kubernetes.client import ApiException
    from kubernetes.dynamic.exceptions import ResourceNotFoundError
    from urllib3.exceptions import HTTPError

    try:
        yield
    except ResourceNotFoundError:
        raise InputError(f"{what}: the cluster knows no such kind") from None
    except ApiException as error:
        raise InputError(f"{what}: the cluster refuses: {_reason(error)}") from None
    except HTTPError as error:
        raise InputError(f"{what}: the cluster does not answer: {error}") from None


def _reason(error: Any) -> str:
    try:
        return str(json.loads(error.body)["message"])
    except (KeyError, TypeError, ValueError):
        return str(error.reason)
