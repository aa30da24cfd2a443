"""Settings of a task's pod on a cluster: its image, its labels, and the nodes it may run on."""

from typing import Any

from pipelines.kubeflow.cluster import Cluster, StepResources


def configure_pod(task: Any, name: str, cluster: Cluster) -> None:
    """Sets how a task's pod is made and where it may run. Train's nodes are arguments of the
    pipeline, and not set here.

    Args:
        task: of KFP.
        name: of its step.
        cluster: values that KFP fixes when compiling.
    """
    from kfp import kubernetes

    if cluster.image_pull_secret is not None:
        kubernetes.set_image_pull_secrets(task, [cluster.image_pull_secret])
    if cluster.image_pull_policy is not None:
        kubernetes.set_image_pull_policy(task, cluster.image_pull_policy)
    for label, value in cluster.labels.items():
        kubernetes.add_pod_label(task, label, value)
    for annotation, value in cluster.annotations.items():
        kubernetes.add_pod_annotation(task, annotation, value)
    step: StepResources = getattr(cluster, name)
    if step.cpu_request is not None:
        task.set_cpu_request(step.cpu_request)
    if step.memory_request is not None:
        task.set_memory_request(step.memory_request)
    if name != "train":
        _place(task, step)


def _place(task: Any, step: StepResources) -> None:
    from kfp import kubernetes

    for label, value in step.node_selector.items():
        kubernetes.add_node_selector(task, label, value)
    for toleration in step.tolerations:
        kubernetes.add_toleration(
            task,
            toleration.get("key"),
            toleration.get("operator"),
            toleration.get("value"),
            toleration.get("effect"),
            toleration.get("tolerationSeconds"),
        )
