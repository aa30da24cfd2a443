"""What the pipelines have in common: their arguments, and tasks that get by them what they need on
the cluster.
"""

import inspect
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from kfp import dsl

from pipelines.kubeflow.cluster import Cluster, place, place_train
from pipelines.sections import STEPS


class Argument(NamedTuple):
    """An argument of a pipeline.

    Attributes:
        type: as KFP knows it.
        default: where nothing else is given.
        told: what it is, for Kubeflow's page.
    """

    type: Any
    default: Any
    told: str


Arguments = Mapping[str, Argument]
Flow = Callable[[Mapping[str, Any]], Any]


def arguments(defaults: Mapping[str, dict[str, Any]], cluster: Cluster) -> dict[str, Argument]:
    """The data's source, one argument for each section of params.yaml, and what the tasks may use.

    Args:
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
    """
    source = "of the data, in place of that in `ingest`, unless empty; `dvc:<repo>@<rev>:<path>` pins a version."
    left_out = "a parameter left out takes the value that the code gives it."
    count = "number of accelerators, 0 for none; as text, the one form that Kubeflow reads."
    tolerations = "taints of nodes that train puts up with, as Kubernetes writes them."
    return {
        "source": Argument(str, "", source),
        **{
            step: Argument(dict[str, Any], defaults[step], f"section `{step}`; {left_out}")
            for step in STEPS
        },
        **{
            f"{step}_cpu": Argument(str, getattr(cluster, step).cpu, "CPU cores.") for step in STEPS
        },
        **{
            f"{step}_memory": Argument(
                str, getattr(cluster, step).memory, "memory, in Kubernetes' units."
            )
            for step in STEPS
        },
        "train_accelerator": Argument(
            str, cluster.accelerator, "kind of accelerator, the cluster's resource name."
        ),
        "train_accelerator_count": Argument(str, str(cluster.accelerators), count),
        "train_node_selector": Argument(
            dict[str, str], cluster.node_selector, "labels of the nodes that may train."
        ),
        "train_tolerations": Argument(list[dict[str, Any]], cluster.tolerations, tolerations),
        "secret": Argument(
            str,
            cluster.secret,
            "name of the secret with the keys to the stores; it may be missing.",
        ),
    }


class Tasks:
    """Makes tasks of functions.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        cluster: how they run on a cluster.
        given: the pipeline's arguments, by name.
    """

    def __init__(self, image: str, cluster: Cluster, given: Mapping[str, Any]) -> None:
        self._image, self._cluster, self._given = image, cluster, given

    def __call__(self, function: Any, like: str | None = None, **inputs: Any) -> Any:
        """A task.

        Args:
            function: what it does.
            like: the step that it gets the resources of; its own where it is a step.
            inputs: of the function.
        """
        step, given = like or function.__name__, self._given
        component = dsl.component(function, base_image=self._image, install_kfp_package=False)
        resources = given[f"{step}_cpu"], given[f"{step}_memory"], given["secret"]
        task = place(component(**inputs), step, self._cluster, *resources)
        if step == "train":
            accelerator, count = given["train_accelerator"], given["train_accelerator_count"]
            task.set_accelerator_type(accelerator).set_accelerator_limit(count)
            task.register_pipeline_channels([accelerator, count])
            place_train(
                task, self._cluster, given["train_node_selector"], given["train_tolerations"]
            )
        return task


def define(
    name: str,
    description: str,
    given: Arguments,
    outputs: type,
    flow: Callable[[Mapping[str, Any]], Any],
) -> Any:
    """A pipeline, ready to be compiled or run.

    Args:
        name: for Kubeflow.
        description: likewise.
        given: its arguments.
        outputs: type of what it gives.
        flow: makes its tasks, given the arguments' channels by name, and returns its outputs.
    """

    def pipeline(*values: Any) -> Any:
        return flow(dict(zip(given, values, strict=True)))

    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    parameters = [
        inspect.Parameter(n, kind, default=one.default, annotation=one.type)
        for n, one in given.items()
    ]
    pipeline.__signature__ = inspect.Signature(parameters, return_annotation=outputs)  # type: ignore[attr-defined]
    pipeline.__doc__ = "\n".join(
        [description, "", "Args:", *(f"    {n}: {one.told}" for n, one in given.items())]
    )
    return dsl.pipeline(name=name, description=description)(pipeline)
