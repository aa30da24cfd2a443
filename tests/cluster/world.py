"""What the tests of a cluster share: a namespace with all that the service needs."""

from collections.abc import Callable
from typing import NamedTuple

from pipelines.deploy.cluster import Cluster
from pipelines.deploy.deployment import deploy
from pipelines.deploy.manifests import CONTAINER, Manifest, deployment
from pipelines.deploy.proof import Proof
from tests.cluster.pods import WAIT


class World(NamedTuple):
    """A namespace with all that the service needs.

    Attributes:
        admin: the cluster, by the kubeconfig of whoever runs the tests.
        deployer: the cluster, by the rights in deploy/rbac alone.
        namespace: its name.
        image: of the service, as the cluster's nodes know it.
        versions: of the model, by name: a proof of each.
        rendered: the manifests that deploy a version.
    """

    admin: Cluster
    deployer: Cluster
    namespace: str
    image: str
    versions: dict[str, Proof]
    rendered: Callable[[str], list[Manifest]]

    def bring(self, version: str) -> dict[str, float]:
        """Deploys a version with the deployer's rights; where it is there already, proves it."""
        return deploy(self.deployer, self.rendered(version), self.versions[version], WAIT)

    def pods(self) -> list[Manifest]:
        """Returns the service's pods."""
        return self.admin.pods(deployment(self.rendered("first")))

    def key(self) -> str:
        """Returns a new key of the service."""
        command = ["python", "-m", "serving", "keys", "create", "--name", "test", "--role", "admin"]
        return self.admin.execute(self.pods()[0], CONTAINER, command).strip()
