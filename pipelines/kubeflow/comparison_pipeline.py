"""The comparison pipeline: several settings are trained and measured on val, and the best is
measured on test and shipped.
"""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from kfp import dsl
from kfp.dsl import Artifact, Markdown, Model

from components.shared.storage.s3_address import is_s3
from pipelines.kubeflow import branch_selection, definition, tasks
from pipelines.kubeflow.cluster import Cluster
from pipelines.kubeflow.definition import Argument, TaskFactory


class ComparisonOutputs(NamedTuple):
    """Outputs of the pipeline: the report of the comparison, and the best model."""

    comparison: Markdown
    frozen: Model
    evaluation: Artifact


def build(
    image: str,
    defaults: Mapping[str, dict[str, Any]],
    cluster: Cluster,
    settings: Sequence[Sequence[str]],
) -> Any:
    """Builds the pipeline, ready to be compiled or run.

    Args:
        image: container image of all tasks; KFP fixes it when compiling.
        defaults: the sections of params.yaml, by name.
        cluster: how the tasks run on a cluster.
        settings: `section.parameter=value` of each branch, of split and train.

    Raises:
        InputError: a setting is refused.
    """
    branch_selection.branches(settings, dict(defaults))
    _warn_of_one_claim(cluster)

    def flow(channels: Mapping[str, Any]) -> ComparisonOutputs:
        task = TaskFactory(image, cluster, channels)
        sections = {name: channels[name] for name in ("split", "train", "evaluate")}
        plan = task(tasks.plan, like="split", settings=channels["settings"], **sections)
        plan.set_caching_options(False)  # where artifacts lie is none of its inputs
        raw = task.ingest(after=plan).outputs["raw"]
        preprocess = task(tasks.preprocess, params=channels["preprocess"], raw=raw)
        prepared = preprocess.outputs["prepared"]

        with dsl.ParallelFor(plan.outputs["Output"], parallelism=cluster.parallelism) as branch:
            divided = task(tasks.split, params=branch.split, prepared=prepared).outputs["split"]
            data = {"prepared": prepared, "split": divided}
            training = task.train(branch.train, channels["evaluate"], **data)
            embedder = training.outputs["embedder"]
            measured = task(tasks.evaluate, params=branch.evaluate, embedder=embedder, **data)

        outputs = {
            "splits": divided,
            "embedders": embedder,
            "evaluations": measured.outputs["evaluation"],
        }
        collected = {name: dsl.Collected(output) for name, output in outputs.items()}
        best = task(tasks.choose, like="split", settings=channels["settings"], **collected)

        data = {"prepared": prepared, "split": best.outputs["split"]}
        embedder = best.outputs["embedder"]
        evaluated = task(tasks.evaluate, params=channels["evaluate"], embedder=embedder, **data)
        evaluation = evaluated.set_display_name("evaluate the best").outputs["evaluation"]
        inputs = {"raw": raw, **data, "embedder": embedder, "evaluation": evaluation}
        frozen = task(tasks.freeze, params=channels["freeze"], **inputs).outputs["frozen"]
        task.deploy(raw, frozen)
        return ComparisonOutputs(best.outputs["report"], frozen, evaluation)

    text = "of each branch: a list of `section.parameter=value`, of split and train."
    arguments = {"settings": Argument(list[list[str]], [list(each) for each in settings], text)}
    arguments |= definition.arguments(defaults, cluster)
    description = "Trains several settings, compares them on val, and measures and ships the best."
    return definition.define(
        "signature-comparison", description, arguments, ComparisonOutputs, flow
    )


def _warn_of_one_claim(cluster: Cluster) -> None:
    """Says what becomes of branches that train at once and share a volume claim."""
    if cluster.checkpoints and not is_s3(cluster.checkpoints):
        logging.warning(
            "warning: all branches write their checkpoints to the claim %s: if it is "
            "ReadWriteOnce, only the pods of one node can, and the others wait; take a "
            "ReadWriteMany claim, or s3://… as cluster.checkpoints",
            cluster.checkpoints,
        )
