"""A deployment from its manifests to its proof, and back where the proof fails."""

import logging
from collections.abc import Callable, Sequence
from typing import NamedTuple

from components.shared.runtime.errors import InputError
from pipelines.deploy import inference_service, interruption, kserve, rollout, service
from pipelines.deploy.cluster import Cluster
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import Manifest, deployment
from pipelines.deploy.proof import Proof

log = logging.getLogger(__name__)


class Form(NamedTuple):
    """The parts of a deployment that each kind does in its own way.

    Attributes:
        check: raises `InputError` where the proof's bundle does not fit.
        renew: returns the manifest that is applied.
        wait: waits, at most so many seconds, until what was applied is ready, or raises
            `DeploymentError`.
        prove: returns the figures of the proof, or raises `DeploymentError`.
    """

    check: Callable[[Manifest, Proof], None]
    renew: Callable[[Manifest], Manifest]
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
    form.check(wanted, proof)
    renewed = [form.renew(each) if each is wanted else each for each in documents]
    former = cluster.find(wanted)
    with interruption.handlers_kept():
        try:
            with interruption.interruptible():
                applied = _apply(cluster, renewed)
                log.info("waiting until it is ready")
                form.wait(cluster, applied, seconds)
                return form.prove(cluster, applied, proof)
        except BaseException as error:
            failure = error
            log.info("taking it back")
            restored = _restore(cluster, former, wanted)
    told = _await(cluster, restored, wanted["kind"], seconds)
    if isinstance(failure, DeploymentError | InputError):
        raise type(failure)(f"{failure}; {told}") from None
    raise failure


def _apply(cluster: Cluster, documents: Sequence[Manifest]) -> Manifest:
    """Applies manifests, and returns that of the service as the cluster has it then."""
    applied: list[Manifest] = []
    for document in documents:
        applied.append(cluster.apply(document))
        log.info("%s", f"{document['kind']} {document['metadata']['name']}")
    return deployment(applied)


def _accept(document: Manifest, proof: Proof) -> None:
    """Accepts every bundle: the service takes all of them."""


def _unchanged(document: Manifest) -> Manifest:
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


def _restore(cluster: Cluster, former: Manifest | None, wanted: Manifest) -> Manifest | None:
    """Takes what was deployed back to what it was, and returns it; None: it was deleted."""
    if former is None:
        cluster.delete(wanted)
        return None
    return cluster.apply(FORMS[wanted["kind"]].renew(rollout.restored(former, wanted)))


def _await(cluster: Cluster, restored: Manifest | None, kind: str, seconds: float) -> str:
    """Waits until what was taken back is ready; returns what was done."""
    if restored is None:
        return f"there was no version before, so that the {kind} was deleted"
    try:
        FORMS[kind].wait(cluster, restored, seconds)
    except DeploymentError as error:
        return f"the version before was put back, but {error}"
    return "the version before is back"


FORMS = {
    "Deployment": Form(_accept, _unchanged, rollout.wait, _prove),
    inference_service.KIND: Form(kserve.check, kserve.renew, kserve.wait, kserve.prove),
}
