"""The pipeline that trains anew: all steps on newer data, and the registry's champion as the one to
beat.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp.dsl import Artifact, Markdown, Model

from components.shared.runtime.errors import InputError
from pipelines.kubeflow import definition, tasks, training_pipeline
from pipelines.kubeflow.cluster import Cluster
from pipelines.kubeflow.definition import Argument, Tasks


class Outputs(NamedTuple):
    """What the pipeline gives: the challenger, and what became of it."""

    promotion: Markdown
    frozen: Model
    evaluation: Artifact


def build(image: str, defaults: Mapping[str, dict[str, Any]], cluster: Cluster, model: str) -> Any:
    """The pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
        model: registered model of MLflow.

    Raises:
        InputError: MLflow takes no such name.
    """
    if not model.strip() or set("/:") & set(model):
        raise InputError(
            f"--model '{model}': the name of a registered model is not empty and has no '/' and no ':'"
        )

    def flow(given: Mapping[str, Any]) -> Outputs:
        task = Tasks(image, cluster, given)
        made = training_pipeline.steps(task, given)
        data = {
            "raw": made.raw,
            "prepared": made.prepared,
            "split": made.split,
            "frozen": made.frozen,
        }
        promoted = task(
            tasks.promote, like="evaluate", params=given["evaluate"], model=given["model"], **data
        )
        promoted.set_caching_options(
            False
        )  # who is champion stands in the registry, not in the inputs
        return Outputs(promoted.outputs["report"], made.frozen, made.evaluation)

    told = "registered model of MLflow; its alias `champion` is the one to beat."
    arguments = {"model": Argument(str, model, told), **definition.arguments(defaults, cluster)}
    description = (
        "Trains on newer data and makes it the champion where it is better by more than chance."
    )
    return definition.define("signature-retraining", description, arguments, Outputs, flow)
