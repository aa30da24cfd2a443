"""Arguments and tasks that all pipelines have; a task's resources on the cluster are arguments."""

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from kfp import dsl

from components.shared.runtime.errors import InputError
from pipelines.deploy import manifests
from pipelines.kubeflow import tasks
from pipelines.kubeflow.cluster import Cluster, configure_task, configure_training
from pipelines.kubeflow.pod_settings import configure_pod
from pipelines.sections import STEPS


class Argument(NamedTuple):
    """An argument of a pipeline.

    Attributes:
        type: as KFP knows it.
        default: value where nothing else is given.
        description: for Kubeflow's page.
    """

    type: Any
    default: Any
    description: str


Arguments = Mapping[str, Argument]
Flow = Callable[[Mapping[str, Any]], Any]


def arguments(defaults: Mapping[str, dict[str, Any]], cluster: Cluster) -> dict[str, Argument]:
    """Returns the arguments of every pipeline: the data's source, the sections of params.yaml, and
    the tasks' resources.

    Args:
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.

    Raises:
        InputError: there are no manifests where `cluster.deploy` says, or a Secret is one of them.
    """
    source = (
        "of the data, in place of that in `ingest`, unless empty; "
        "`dvc:<repo>@<rev>:<path>` pins a version."
    )
    left_out = "a parameter left out takes the value that the code gives it."
    count = "number of accelerators, 0 for none; as text, the one form that Kubeflow reads."
    tolerations = "taints of nodes that train puts up with, as Kubernetes writes them."
    result = {"source": Argument(str, "", source)}
    for step in STEPS:
        text = f"section `{step}`; {left_out}"
        result[step] = Argument(dict[str, Any], defaults[step], text)
    for step in STEPS:
        result[f"{step}_cpu"] = Argument(str, getattr(cluster, step).cpu, "CPU cores.")
    for step in STEPS:
        memory = getattr(cluster, step).memory
        result[f"{step}_memory"] = Argument(str, memory, "memory, in Kubernetes' units.")
    return {
        **result,
        "train_accelerator": Argument(
            str, cluster.accelerator, "kind of accelerator, the cluster's resource name."
        ),
        "train_accelerator_count": Argument(str, str(cluster.accelerators), count),
        "train_node_selector": Argument(
            dict[str, str], cluster.train.node_selector, "labels of the nodes that may train."
        ),
        "train_tolerations": Argument(list[dict[str, Any]], cluster.train.tolerations, tolerations),
        "secret": Argument(
            str,
            cluster.secret,
            "name of the secret with the keys to the stores; it may be missing.",
        ),
        **_manifests(cluster),
    }


def _manifests(cluster: Cluster) -> dict[str, Argument]:
    if cluster.deploy is None:
        return {}
    documents = manifests.read(Path(cluster.deploy))
    for document in documents:
        if document["kind"] == "Secret" and {"data", "stringData"} & set(document):
            raise InputError(
                f"{cluster.deploy}: Secret {document['metadata']['name']} would be an argument of "
                "the run, in plain text; create it on the cluster itself and leave it out here"
            )
    line = manifests.to_line(documents)  # KFP's header takes one alone
    return {"manifests": Argument(str, line, "of the service, which `deploy` applies.")}


class TaskFactory:
    """Maker of tasks from functions, each with its resources on the cluster.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        cluster: how they run on a cluster.
        channels: the pipeline's arguments, by name.
    """

    def __init__(self, image: str, cluster: Cluster, channels: Mapping[str, Any]) -> None:
        self._image, self._cluster, self._channels = image, cluster, channels

    def ingest(self, after: Any = None) -> Any:
        """Makes the tasks that bring the data in: `fingerprint`, which always runs, and `ingest`,
        which is taken from the cache where the source holds what it held before.

        Args:
            after: the task that comes before them; None: none.

        Returns:
            The task `ingest`.
        """
        source = {"params": self._channels["ingest"], "source": self._channels["source"]}
        fingerprint = self(tasks.fingerprint, like="ingest", **source).set_caching_options(False)
        if after is not None:
            fingerprint.after(after)
        return self(tasks.ingest, fingerprint=fingerprint.output, **source)

    def train(self, params: Any, evaluate: Any, **data: Any) -> Any:
        """Makes the tasks `check_parts` and, after it, `train`: what evaluate asks of the parts is
        no input of the training, which the cache would miss where it changed.

        Args:
            params: section `train`.
            evaluate: section `evaluate`.
            data: the artifacts prepared and split.

        Returns:
            The task `train`.
        """
        needs = {"train": params, "evaluate": evaluate}
        check = self(tasks.check_parts, like="split", **needs, **data)
        return self(tasks.train, params=params, **data).after(check)

    def deploy(self, raw: Any, frozen: Any) -> None:
        """Makes the task that brings a new model into the running service, where cluster.yaml says
        so.

        Args:
            raw: output of ingest.
            frozen: output of freeze.
        """
        if self._cluster.deploy is None:
            return
        told = {"params": self._channels["freeze"], "manifests": self._channels["manifests"]}
        task = self(tasks.deploy, like="freeze", raw=raw, frozen=frozen, **told)
        task.set_caching_options(False)  # what runs on the cluster is none of its inputs

    def __call__(self, function: Any, like: str | None = None, **inputs: Any) -> Any:
        """Makes a task.

        Args:
            function: its body.
            like: the step whose resources it gets; None: the function is a step.
            inputs: of the function.
        """
        step, channels = like or function.__name__, self._channels
        component = dsl.component(function, base_image=self._image, install_kfp_package=False)
        task = configure_task(
            component(**inputs),
            step,
            self._cluster,
            cpu=channels[f"{step}_cpu"],
            memory=channels[f"{step}_memory"],
            secret=channels["secret"],
        )
        configure_pod(task, step, self._cluster)
        if step == "train":
            accelerator = channels["train_accelerator"]
            count = channels["train_accelerator_count"]
            task.set_accelerator_type(accelerator).set_accelerator_limit(count)
            task.register_pipeline_channels([accelerator, count])
            configure_training(
                task,
                self._cluster,
                channels["train_node_selector"],
                channels["train_tolerations"],
            )
        return task


def define(
    name: str,
    description: str,
    arguments: Arguments,
    outputs: type,
    flow: Flow,
) -> Any:
    """Defines a pipeline, ready to be compiled or run.

    Args:
        name: for Kubeflow.
        description: likewise.
        arguments: of the pipeline, by name.
        outputs: type of its outputs.
        flow: makes its tasks, given the arguments' channels by name, and returns its outputs.
    """

    def pipeline(*values: Any) -> Any:
        return flow(dict(zip(arguments, values, strict=True)))

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        inspect.Parameter(key, kind, default=argument.default, annotation=argument.type)
        for key, argument in arguments.items()
    ]
    signature = inspect.Signature(parameters, return_annotation=outputs)
    pipeline.__signature__ = signature  # type: ignore[attr-defined]
    lines = [f"    {key}: {argument.description}" for key, argument in arguments.items()]
    pipeline.__doc__ = "\n".join([description, "", "Args:", *lines])
    return dsl.pipeline(name=name, description=description)(pipeline)
