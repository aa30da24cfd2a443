"""The training pipeline: ingest → preprocess → split → train → evaluate → freeze."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from kfp.dsl import Artifact, Metrics, Model

from pipelines.kubeflow import definition, tasks
from pipelines.kubeflow.cluster import Cluster
from pipelines.kubeflow.definition import TaskFactory


class TrainingOutputs(NamedTuple):
    """Outputs of the pipeline."""

    frozen: Model
    evaluation: Artifact
    metrics: Metrics


class StepOutputs(NamedTuple):
    """Outputs of the steps, as channels to further tasks."""

    raw: Any
    prepared: Any
    split: Any
    evaluation: Any
    metrics: Any
    frozen: Any


def build(image: str, defaults: Mapping[str, dict[str, Any]], cluster: Cluster) -> Any:
    """Builds the pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
    """

    def flow(channels: Mapping[str, Any]) -> TrainingOutputs:
        task = TaskFactory(image, cluster, channels)
        outputs = steps(task, channels)
        task.deploy(outputs.raw, outputs.frozen)
        return TrainingOutputs(outputs.frozen, outputs.evaluation, outputs.metrics)

    description = "Trains, measures and ships an embedder that verifies signatures."
    arguments = definition.arguments(defaults, cluster)
    return definition.define("signature-recognition", description, arguments, TrainingOutputs, flow)


def steps(task: TaskFactory, channels: Mapping[str, Any], after: Any = None) -> StepOutputs:
    """Makes the tasks of all six steps, one after the other.

    Args:
        task: makes tasks.
        channels: the pipeline's arguments, by name.
        after: the task that comes before them; None: none.
    """
    raw = task.ingest(after).outputs["raw"]
    prepared = task(tasks.preprocess, params=channels["preprocess"], raw=raw).outputs["prepared"]
    divided = task(tasks.split, params=channels["split"], prepared=prepared).outputs["split"]

    data = {"prepared": prepared, "split": divided}
    training = task.train(channels["train"], channels["evaluate"], **data)
    embedder = training.outputs["embedder"]
    evaluated = task(tasks.evaluate, params=channels["evaluate"], embedder=embedder, **data)
    evaluation = evaluated.outputs["evaluation"]

    inputs = {"raw": raw, **data, "embedder": embedder, "evaluation": evaluation}
    frozen = task(tasks.freeze, params=channels["freeze"], **inputs).outputs["frozen"]
    return StepOutputs(
        raw=raw,
        prepared=prepared,
        split=divided,
        evaluation=evaluation,
        metrics=evaluated.outputs["metrics"],
        frozen=frozen,
    )
