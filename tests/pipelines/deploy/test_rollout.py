"""The state of a rollout, read from what the cluster says."""

from typing import Any

import pytest

from pipelines.deploy import rollout
from pipelines.deploy.errors import DeploymentError
from tests.pipelines.deploy.conftest import NEVER, Memory, service

DONE = {"replicas": 2, "updatedReplicas": 2, "availableReplicas": 2, "observedGeneration": 3}


def deployment(**status: Any) -> dict[str, Any]:
    return {"metadata": {"generation": 3}, "spec": {"replicas": 2}, "status": {**DONE, **status}}


def test_a_rollout_is_done_when_all_pods_are_new_and_available() -> None:
    assert rollout.is_done(deployment())
    assert not rollout.is_done(deployment(observedGeneration=2))
    assert not rollout.is_done(deployment(updatedReplicas=1))
    assert not rollout.is_done(deployment(replicas=3))
    assert not rollout.is_done(deployment(availableReplicas=1))
    assert not rollout.is_done({})


def test_it_has_failed_when_the_cluster_gives_it_up() -> None:
    given_up = [{"reason": "MinimumReplicasAvailable"}, {"reason": "ProgressDeadlineExceeded"}]
    assert rollout.has_failed(deployment(conditions=given_up))
    assert not rollout.has_failed(deployment(conditions=given_up, observedGeneration=2))
    assert not rollout.has_failed(deployment(conditions=given_up[:1]))


def test_pods_that_do_not_get_ready_are_named_with_their_reason(cluster: Memory) -> None:
    cluster.apply(service(NEVER))
    with pytest.raises(DeploymentError, match="signatures-1: ImagePullBackOff: no such image"):
        rollout.wait(cluster, service(), 0)


def test_a_pod_that_no_node_takes_says_why(cluster: Memory) -> None:
    condition = {"type": "PodScheduled", "status": "False", "message": "0/1 nodes are available"}
    pod = {"metadata": {"name": "a"}, "status": {"conditions": [condition]}}
    assert rollout.reason(pod, cluster) == "pod a: 0/1 nodes are available"
    assert not rollout.is_ready(pod)


def test_a_deployment_is_taken_back_with_all_but_the_replicas_of_an_autoscaler() -> None:
    former = {**service("1.0", replicas=5), "status": DONE}
    former["metadata"] = {
        **former["metadata"],
        "annotations": {
            "example.com/owner": "bank",
            "deployment.kubernetes.io/revision": "3",
            "kubectl.kubernetes.io/last-applied-configuration": "{}",
        },
        "resourceVersion": "7",
        "managedFields": [],
    }
    expected = service("1.0")
    expected["metadata"]["annotations"] = {"example.com/owner": "bank"}
    assert rollout.restored(former, service("2.0")) == expected
    expected["spec"]["replicas"] = 5
    assert rollout.restored(former, service("2.0", replicas=2)) == expected
