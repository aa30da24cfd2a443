"""A deployment from its manifests to its proof, and back where the proof fails."""

import logging
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import NamedTuple

from components.shared.runtime.cli import Terminated
from components.shared.runtime.errors import InputError
from pipelines.deploy import inference_service, kserve, rollout, service
from pipelines.deploy.cluster import Cluster
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import Manifest, deployment
from pipelines.deploy.proof import Proof

log = logging.getLogger(__name__)


class Form(NamedTuple):
    """The parts of a deployment that each kind does in its own way.

    Attributes:
        prepare: returns the manifest that is applied, or raises `InputError`.
        wait: waits, at most so many seconds, until it is ready, or raises `DeploymentError`.
        prove: returns the figures of the proof, or raises `DeploymentError`.
    """

    prepare: Callable[[Manifest, Proof], Manifest]
    wait: Callable[[Cluster, Manifest, float], None]
    prove: Callable[[Cluster, Manifest, Proof], dict[str, float]]


def deploy(
    cluster: Cluster, documents: Sequence[Manifest], proof: Proof, seconds: float
) -> dict[str, float]:
    """Applies manifests, waits until the service is ready, and proves it.

    Args:
        cluster: to bring it to.
        documents: manifests of the service.
        proof: of the model that has to answer.
        seconds: the longest time until all pods are ready.

    Returns:
        `max_abs_difference`, the largest of all pods, and the number of `pods` and `images`.

    Raises:
        DeploymentError: the service is not ready in time or fails the proof; the version before
            is back, or, where there was none, the Deployment or InferenceService is deleted.
        InputError: the cluster refuses, likewise.
    """
    wanted = deployment(documents)
    form = FORMS[wanted["kind"]]
    prepared = form.prepare(wanted, proof)
    former = cluster.find(wanted)
    try:
        with _terminable():
            for document in [prepared if each is wanted else each for each in documents]:
                applied = cluster.apply(document)
                log.info("%s", f"{document['kind']} {applied['metadata']['name']}")
            log.info("waiting until it is ready")
            form.wait(cluster, prepared, seconds)
            return form.prove(cluster, prepared, proof)
    except BaseException as error:
        told = _take_back(cluster, former, wanted, seconds)
        if isinstance(error, DeploymentError | InputError):
            raise type(error)(f"{error}; {told}") from None
        raise


@contextmanager
def _terminable() -> Iterator[None]:
    """Raises `Terminated` on SIGTERM, by which a pod's task or a job ends, so that what was begun
    is taken back. A second one has its usual effect.
    """

    def stop(*_: object) -> None:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        raise Terminated

    former = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, former)


def _unchanged(document: Manifest, proof: Proof) -> Manifest:
    return document


def _prove(cluster: Cluster, wanted: Manifest, proof: Proof) -> dict[str, float]:
    pods = cluster.pods(wanted)
    if not pods:
        raise DeploymentError("there are no pods to prove; give it one replica or more")
    differences: list[float] = []
    with service.temporary_key(cluster, pods[0]) as key:
        for pod in pods:
            name = pod["metadata"]["name"]
            try:
                with cluster.connected(pod, service.PORT) as connection:
                    answers = service.ask(connection, key, proof.images)
                differences.append(proof.compare(answers))
            except DeploymentError as error:
                raise DeploymentError(f"pod {name}: {error}") from None
            log.info("pod %s: embeddings differ by up to %.2g", name, differences[-1])
    figures = {"pods": len(pods), "images": len(proof.images)}
    return {"max_abs_difference": max(differences), **figures}


def _take_back(cluster: Cluster, former: Manifest | None, wanted: Manifest, seconds: float) -> str:
    """Takes what was deployed back to what it was; returns what was done."""
    log.info("taking it back")
    if former is None:
        cluster.delete(wanted)
        return f"there was no version before, so that the {wanted['kind']} was deleted"
    cluster.apply(rollout.restored(former, wanted))
    try:
        FORMS[wanted["kind"]].wait(cluster, wanted, seconds)
    except DeploymentError as error:
        return f"the version before was put back, but {error}"
    return "the version before is back"


FORMS = {
    "Deployment": Form(_unchanged, rollout.wait, _prove),
    inference_service.KIND: Form(kserve.prepare, kserve.wait, kserve.prove),
}
