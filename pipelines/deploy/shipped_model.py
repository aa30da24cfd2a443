"""A model that freeze has just shipped and published, brought into the running service."""

from pathlib import Path

from components.freeze.params import FreezeParams
from components.shared.model import bundle
from components.shared.runtime.errors import InputError
from components.shared.storage.s3_address import Address
from pipelines.deploy import cluster, deployment, manifests, proof

SECONDS = 600.0
"""The longest time until the service is ready."""


def deploy(params: FreezeParams, text: str, raw: Path, frozen: Path) -> dict[str, float]:
    """Deploys the service with a model on the cluster that this program runs on.

    Args:
        params: the section `freeze`, with which the model was frozen.
        text: the service's manifests, as YAML or JSON.
        raw: source images and catalog.csv, for the proof.
        frozen: the model's bundle.

    Returns:
        As `deployment.deploy`.

    Raises:
        DeploymentError: the service fails; the version before is back.
        InputError: the model was not published, or something cannot be used.
    """
    documents = manifests.with_model(
        manifests.parse(text, "manifests"), address(params.publish, frozen)
    )
    wanted = proof.prepare(frozen, raw, params.parity_images, params.tolerance)
    return deployment.deploy(cluster.Cluster(), documents, wanted, SECONDS)


def address(publish: str | None, frozen: Path) -> str:
    """Returns the address under which freeze has published a bundle.

    Args:
        publish: `freeze.publish`.
        frozen: the bundle.

    Raises:
        InputError: it was not published.
    """
    if publish is None:
        raise InputError(
            "cluster.deploy needs freeze.publish=s3://…: the service takes the model from there"
        )
    version = bundle.version_of((frozen / bundle.MANIFEST).read_bytes())
    return str(Address.parse(publish, "freeze.publish") / version)
