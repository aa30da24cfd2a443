"""The service on a real cluster: deployed, proven, renewed under requests, killed, taken back."""

import copy

from pipelines.deploy.cluster import Cluster
from pipelines.deploy.deployment import deploy
from pipelines.deploy.manifests import Manifest
from tests.cluster.conftest import World
from tests.cluster.pods import WAIT


def bring(world: World, version: str) -> dict[str, float]:
    return deploy(world.deployer, world.rendered(version), world.versions[version], WAIT)


def wanted(cluster: Cluster, document: Manifest) -> Manifest:
    """Returns an object without what the cluster itself writes to it all the time."""
    found = copy.deepcopy(cluster.find(document))
    assert found is not None
    found.pop("status", None)
    for name in ("resourceVersion", "managedFields"):
        found["metadata"].pop(name, None)
    return found


def test_it_is_deployed_and_proven_and_the_second_time_nothing_changes(world: World) -> None:
    figures = bring(world, "first")
    assert (figures["pods"], figures["images"]) == (2, 4)
    assert figures["max_abs_difference"] < 1e-5
    documents = world.rendered("first")
    first = [wanted(world.admin, document) for document in documents]
    assert bring(world, "first")["pods"] == 2
    assert [wanted(world.admin, document) for document in documents] == first
