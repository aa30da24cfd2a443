"""The retraining pipeline: all steps on newer data, then a comparison with the champion."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Markdown, Model

from pipelines.kubeflow import definition, tasks, training_pipeline
from pipelines.kubeflow.cluster import Cluster
from pipelines.kubeflow.definition import Argument, TaskFactory
from pipelines.registry import mlflow_registry


class RetrainingOutputs(NamedTuple):
    """Outputs of the pipeline: the challenger, and the report of its promotion."""

    promotion: Markdown
    frozen: Model
    evaluation: Artifact


def build(image: str, defaults: Mapping[str, dict[str, Any]], cluster: Cluster, model: str) -> Any:
    """Builds the pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
        model: registered model of MLflow.

    Raises:
        InputError: MLflow takes no such name.
    """
    mlflow_registry.validate_name(model, "--model")

    def flow(channels: Mapping[str, Any]) -> RetrainingOutputs:
        task = TaskFactory(image, cluster, channels)
        # The champion is named by the registry, not by the inputs.
        question = task(tasks.ask_registry, like="split", model=channels["model"])
        question.set_caching_options(False)
        outputs = training_pipeline.steps(task, channels, after=question)
        promotion = task(
            tasks.promote,
            like="evaluate",
            params=channels["evaluate"],
            model=channels["model"],
            raw=outputs.raw,
            prepared=outputs.prepared,
            split=outputs.split,
            frozen=outputs.frozen,
        )
        promotion.set_caching_options(False)
        if cluster.deploy is not None:  # KFP takes no empty condition
            with dsl.If(promotion.outputs["Output"] == mlflow_registry.CHAMPION):
                task.deploy(outputs.raw, outputs.frozen)
        return RetrainingOutputs(promotion.outputs["report"], outputs.frozen, outputs.evaluation)

    text = "registered model of MLflow; its alias `champion` is the one to beat."
    arguments = {"model": Argument(str, model, text), **definition.arguments(defaults, cluster)}
    description = (
        "Trains on newer data and makes it the champion where it is better by more than chance."
    )
    return definition.define(
        "signature-retraining", description, arguments, RetrainingOutputs, flow
    )
