"""The pipeline: ingest → preprocess → split → train → evaluate → freeze."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp.dsl import Artifact, Metrics, Model

from pipelines.kubeflow import definition, tasks
from pipelines.kubeflow.cluster import Cluster
from pipelines.kubeflow.definition import Tasks


class Outputs(NamedTuple):
    """What the whole pipeline gives."""

    frozen: Model
    evaluation: Artifact
    metrics: Metrics


class Made(NamedTuple):
    """What the steps made, as channels to further tasks."""

    raw: Any
    prepared: Any
    split: Any
    evaluation: Any
    metrics: Any
    frozen: Any


def build(image: str, defaults: Mapping[str, dict[str, Any]], cluster: Cluster) -> Any:
    """The pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
    """

    def flow(given: Mapping[str, Any]) -> Outputs:
        made = steps(Tasks(image, cluster, given), given)
        return Outputs(made.frozen, made.evaluation, made.metrics)

    description = "Trains, measures and ships an embedder that verifies signatures."
    return definition.define(
        "signature-recognition", description, definition.arguments(defaults, cluster), Outputs, flow
    )


def steps(task: Tasks, given: Mapping[str, Any]) -> Made:
    """All six, one after the other.

    Args:
        task: makes tasks.
        given: the pipeline's arguments, by name.
    """
    raw = task(tasks.ingest, params=given["ingest"], source=given["source"]).outputs["raw"]
    prepared = task(tasks.preprocess, params=given["preprocess"], raw=raw).outputs["prepared"]
    divided = task(tasks.split, params=given["split"], prepared=prepared).outputs["split"]

    data = {"prepared": prepared, "split": divided}
    embedder = task(tasks.train, params=given["train"], **data).outputs["embedder"]
    evaluated = task(tasks.evaluate, params=given["evaluate"], embedder=embedder, **data)
    evaluation = evaluated.outputs["evaluation"]

    made = {"raw": raw, "embedder": embedder, "evaluation": evaluation}
    frozen = task(tasks.freeze, params=given["freeze"], **made).outputs["frozen"]
    return Made(raw, prepared, divided, evaluation, evaluated.outputs["metrics"], frozen)
