"""The service on a real cluster: deployed, proven, renewed under requests, taken back."""

import copy

import pytest

from pipelines.deploy.cluster import Cluster
from pipelines.deploy.errors import DeploymentError
from pipelines.deploy.manifests import Manifest, deployment
from tests.cluster.caller import Caller
from tests.cluster.world import World


def wanted(cluster: Cluster, document: Manifest) -> Manifest:
    """Returns an object without what the cluster itself writes to it all the time."""
    found = copy.deepcopy(cluster.find(document))
    assert found is not None
    found.pop("status", None)
    for name in ("resourceVersion", "managedFields"):
        found["metadata"].pop(name, None)
    return found


def test_the_deployers_rights_are_enough_and_the_second_time_nothing_changes(world: World) -> None:
    figures = world.bring("first")
    assert (figures["pods"], figures["images"]) == (2, 4)
    assert figures["max_abs_difference"] < 1e-5
    documents = world.rendered("first")
    first = [wanted(world.admin, document) for document in documents]
    assert world.bring("first")["pods"] == 2
    assert [wanted(world.admin, document) for document in documents] == first


def test_a_bad_version_is_taken_back_with_the_reason_and_no_request_fails(world: World) -> None:
    world.bring("first")
    document = deployment(world.rendered("first"))
    before = wanted(world.admin, document)
    caller = Caller(world)
    with pytest.raises(DeploymentError, match=r"differ .* up to 0\.5, .*; the version before is"):
        world.bring("bad")
    assert wanted(world.admin, document)["spec"] == before["spec"]
    assert world.bring("first")["pods"] == 2
    told = caller.stop()
    assert told.failed == []
    assert told.answers > 20


def test_a_second_version_comes_while_requests_run_and_not_one_fails(world: World) -> None:
    world.bring("first")
    caller = Caller(world)
    world.bring("second")
    told = caller.stop()
    assert told.failed == []
    assert told.answers > 20
