"""Logs of a run's pods, through KFP's server or through the server of its pages."""

import itertools
import re
from collections.abc import Iterable, Iterator
from typing import Any

TEMPLATES = ("retry-system-container-impl", "system-container-impl")
"""Argo's templates of a task's pods, where it may be tried again and where not."""
OF_KFP = re.compile(r"^([IWEF]\d{4} |time=)")
"""How lines of KFP's launcher and of Argo begin."""
LINES = 10


def templates(specification: Any) -> list[str]:
    """Returns the names that Argo's templates of a pipeline's pods may have.

    KFP puts before them how many annotations and labels the pods have, where they have any.

    Args:
        specification: the compiled pipeline, as KFP's server keeps it; None: unknown.
    """
    platform = (specification or {}).get("platform_spec", {})
    kubernetes = platform.get("platforms", {}).get("kubernetes", {})
    executors = kubernetes.get("deploymentSpec", {}).get("executors", {})
    prefixes = {""}
    for executor in executors.values():
        if metadata := executor.get("podMetadata"):
            counts = [len(metadata.get(kind, {})) for kind in ("annotations", "labels")]
            prefixes.add("metadata-{}-{}-".format(*counts))
    ordered = sorted(prefixes, reverse=True)
    return [f"{prefix}{name}" for prefix, name in itertools.product(ordered, TEMPLATES)]


def pod_names(node: str, templates: Iterable[str] = TEMPLATES) -> list[str]:
    """Returns the names that the pod of a node of Argo's workflow may have.

    >>> pod_names("signature-x7k2p-123")[1]
    'signature-x7k2p-system-container-impl-123'
    """
    workflow, _, number = node.rpartition("-")
    return [*(f"{workflow}-{template}-{number}" for template in templates), node]


def last_lines(log: str) -> list[str]:
    """Returns the last lines of a task's log that the task itself has written."""
    lines = [line.rstrip() for line in log.splitlines()]
    return [line for line in lines if line and not OF_KFP.match(line)][-LINES:]


def read(client: Any, pages: str, run_id: str, namespace: str | None, pod: str) -> str | None:
    """Returns a pod's log, or None where no server has it.

    KFP's API server has it by an address that most gateways do not pass on, the server of its pages
    by another.

    Args:
        client: KFP's client of the API.
        pages: address of Kubeflow's pages.
        run_id: of the pod's run.
        namespace: of the pod; None: that of a server for one user.
        pod: name of the pod.
    """
    import kfp_server_api

    for place in _places(pages, run_id, namespace, pod):
        try:
            answer = client.call_api(
                method="GET", auth_settings=["Bearer"], _preload_content=False, **place
            )
        except kfp_server_api.ApiException:
            continue
        # The pages' server answers with its first page to what it does not know.
        if answer.data and "html" not in answer.headers.get("Content-Type", ""):
            return str(answer.data.decode("utf-8", "replace"))
    return None


def _places(pages: str, run_id: str, namespace: str | None, pod: str) -> Iterator[dict[str, Any]]:
    yield {
        "resource_path": "/apis/v1alpha1/runs/{run}/nodes/{pod}/log",
        "path_params": {"run": run_id, "pod": pod},
    }
    yield {
        "resource_path": "/k8s/pod/logs",
        "query_params": [
            ("podname", pod),
            ("runid", run_id),
            ("podnamespace", namespace or "kubeflow"),
        ],
        "_host": pages.rstrip("/"),
    }
