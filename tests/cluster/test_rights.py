"""The rights of deploy/rbac, beside those with which all tests here deploy."""

import pytest

from components.shared.runtime.errors import InputError
from tests.cluster.pods import named
from tests.cluster.world import World

RBAC = "rbac.authorization.k8s.io/v1"


@pytest.mark.parametrize(
    ("kind", "name", "version"),
    [
        ("Secret", "signatures-database", "v1"),
        ("ServiceAccount", "signatures-deployer", "v1"),
        ("Role", "signatures-deployer", RBAC),
        ("RoleBinding", "signatures-deployer", RBAC),
    ],
)
def test_they_reach_no_secret_and_no_rights(
    world: World, kind: str, name: str, version: str
) -> None:
    thing = named(kind, name, world.namespace, version)
    assert world.admin.find(thing)
    for act in (world.deployer.find, world.deployer.apply):
        with pytest.raises(InputError, match="forbidden"):
            act(thing)


@pytest.mark.parametrize(
    ("kind", "name"),
    [("PersistentVolumeClaim", "database"), ("Service", "postgres"), ("ConfigMap", "images")],
)
def test_they_delete_no_data_and_no_address(world: World, kind: str, name: str) -> None:
    with pytest.raises(InputError, match="forbidden"):
        world.deployer.delete(named(kind, name, world.namespace))


@pytest.mark.parametrize("namespace", ["default", "kube-system"])
def test_they_end_with_the_namespace(world: World, namespace: str) -> None:
    for document in world.rendered("first"):
        elsewhere = {**document, "metadata": {**document["metadata"], "namespace": namespace}}
        for act in (world.deployer.find, world.deployer.apply):
            with pytest.raises(InputError, match="forbidden"):
                act(elsewhere)
